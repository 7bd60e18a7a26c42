//! Memory layout: an argument may be a view of another tensor, and the answer is the same.

use wire::{DType, Data, MemoryLayout, Tensor, Tensors};

use super::model::{Derived, Failure, Material, Run, answered, has_outputs, takes_tensors};
use crate::checks::golden::judge_outputs;
use crate::checks::probe::Probe;
use crate::compare::compare;
use crate::contract::Task;
use crate::contract::call::arguments_in;
use crate::contract::subject::{Call, Subject};
use crate::contract::tolerance::Tolerances;
use crate::findings::fault::Fault;
use crate::findings::{Finding, Violation, WrongOutput};

pub const CHECK: Derived = Derived {
    name: "memory-layout",
    statement: "arguments that are views of other tensors (transposed, sliced, narrowed, expanded) are answered like copies of them",
    applies: takes_tensors,
    run,
};

/// Cases that are tried for each portion: what fails on a view fails on the first that has enough axes.
const CASES: usize = 3;

/// How arguments are laid out, and in which dtype: libtorch has kernels of its own for images in f32 with their
/// channels last.
const LAYOUTS: [(MemoryLayout, DType); 4] = [
    (MemoryLayout::Transposed, DType::F64),
    (MemoryLayout::Sliced, DType::F64),
    (MemoryLayout::Narrowed, DType::F64),
    (MemoryLayout::ChannelsLast, DType::F32),
];

/// Calls with every argument laid out in other ways, on these golden cases.
fn run(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let Material {
        task, tolerances, seed, ..
    } = *material;
    let mut tried = false;
    for portion in task.golden_portions() {
        let of_portion = material
            .held
            .iter()
            .filter(|(case, _)| case.portion == portion && has_outputs(case));
        for (case, stored) in of_portion.take(CASES) {
            let arguments = arguments_in(DType::F64, &stored.inputs);
            if arguments.values().all(|tensor| tensor.shape().is_empty()) {
                continue;
            }
            tried = true;
            for (layout, dtype) in LAYOUTS {
                let is_image = |tensor: &Tensor| tensor.shape().len() == 4 && tensor.dtype().is_float();
                if layout == MemoryLayout::ChannelsLast && !arguments.values().any(is_image) {
                    continue;
                }
                let arguments = arguments_in(dtype, &stored.inputs);
                let mut probe = Probe::new(subject, task.canonical);
                let found = match answered(probe.call(&laid_out(task, &arguments, layout)))? {
                    Err(finding) => Some(finding),
                    Ok(returned) => judge_outputs(task, case, stored, tolerances, dtype, &returned.outputs)
                        .and_then(|finding| changed(finding, layout)),
                };
                if let Some(finding) = found {
                    return Ok(Failure::of(&probe, finding, seed).of_views());
                }
            }
            if let Some(failed) = expanded(task, &arguments, tolerances, seed, subject)? {
                return Ok(failed);
            }
        }
    }
    Ok(if tried { Run::Holds } else { Run::Nothing })
}

/// Tensors whose rows are all the same, once as a copy and once as one row that is expanded.
fn expanded(
    task: &Task,
    arguments: &Tensors,
    tolerances: &Tolerances,
    seed: u64,
    subject: &mut dyn Subject,
) -> Result<Option<Run>, Fault> {
    let mut repeated = arguments.clone();
    for tensor in repeated.values_mut().filter(|tensor| tensor.shape().len() > 1) {
        *tensor = first_repeated(tensor);
    }
    let mut probe = Probe::new(subject, task.canonical);
    // What the submission cannot answer as a copy is no matter of layout.
    let Ok(before) = answered(probe.call(&laid_out(task, &repeated, MemoryLayout::Contiguous)))? else {
        return Ok(None);
    };
    probe.start_case();
    let found = match answered(probe.call(&laid_out(task, &repeated, MemoryLayout::Expanded)))? {
        Err(finding) => Some(finding),
        // Equal rows make for ties, which any rounding decides: so nothing but real values is compared.
        Ok(after) => {
            let after = task.read(&repeated, &after.outputs);
            let before = task.read(&repeated, &before.outputs);
            let mut floats = before.iter().filter(|(_, before)| before.dtype().is_float());
            floats.find_map(|(output, before)| {
                let tolerance = tolerances.of(task.id, output, before.dtype());
                let mismatch = compare(before, after.get(output)?, before.dtype(), tolerance)?;
                Some(Finding::PropertyFailed(Violation::Changed {
                    cause: words(MemoryLayout::Expanded).to_owned(),
                    what: format!("`{output}`"),
                    mismatch,
                }))
            })
        }
    };
    Ok(found.map(|finding| Failure::of(&probe, finding, seed).of_views()))
}

fn laid_out(task: &Task, arguments: &Tensors, layout: MemoryLayout) -> Call {
    Call {
        layout,
        ..Call::new(task.id, arguments.clone())
    }
}

/// What a wrong answer to a golden case means here: the same case was right before.
fn changed(finding: Finding, layout: MemoryLayout) -> Option<Finding> {
    match finding {
        Finding::WrongOutput(WrongOutput::Wrong { output, mismatch, .. }) => {
            Some(Finding::PropertyFailed(Violation::Changed {
                cause: words(layout).to_owned(),
                what: format!("`{output}`"),
                mismatch,
            }))
        }
        Finding::WrongOutput(WrongOutput::Imprecise { .. } | WrongOutput::ExtraAxes { .. }) => None,
        other => Some(other),
    }
}

fn words(layout: MemoryLayout) -> &'static str {
    match layout {
        MemoryLayout::Contiguous => "copying the arguments",
        MemoryLayout::Transposed => "giving transposed views in place of copies as arguments",
        MemoryLayout::ChannelsLast => {
            "giving images whose channels lie side by side in memory (channels last) as arguments"
        }
        MemoryLayout::Sliced => "giving slices of larger tensors in place of copies as arguments",
        MemoryLayout::Narrowed => "giving the first rows of larger tensors in place of copies as arguments",
        MemoryLayout::Expanded => "giving expanded views in place of copies as arguments",
    }
}

/// The tensor with its first slice along the first axis in place of all others.
fn first_repeated(tensor: &Tensor) -> Tensor {
    fn repeated<T: Copy>(values: &[T], times: usize) -> Vec<T> {
        values[..values.len() / times.max(1)].repeat(times)
    }
    let times = tensor.shape().first().copied().unwrap_or(1);
    let data = match tensor.data() {
        Data::F32(values) => Data::F32(repeated(values, times)),
        Data::F64(values) => Data::F64(repeated(values, times)),
        Data::I64(values) => Data::I64(repeated(values, times)),
        Data::Bool(values) => Data::Bool(repeated(values, times)),
    };
    Tensor::new(tensor.shape().to_vec(), data).unwrap_or_else(|| tensor.clone())
}
