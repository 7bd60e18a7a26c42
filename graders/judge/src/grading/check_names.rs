//! The names of the checks of a task.

use wire::DType;

use crate::checks::{derived, differential, purity};
use crate::contract::{Task, golden_name};
use crate::grading::judgement::{AS_PART, BUILD, EXTRA_AXES, POLICY, TIME};

/// The names of all checks that can be made of this task. One that is only trained has nothing but its trials.
pub fn check_names(task: &Task) -> Vec<String> {
    let golden = |dtype: DType| {
        task.golden_portions()
            .into_iter()
            .map(move |portion| golden_name(dtype, portion))
    };
    let mut names: Vec<String> = golden(DType::F64).chain(golden(DType::F32)).collect();
    if !task.cases.is_empty() {
        names.push("precision".to_owned());
        names.push(EXTRA_AXES.to_owned());
        names.extend(purity::ALL.iter().map(|check| check.name.to_owned()));
        names.push(differential::NAME.to_owned());
        names.extend(task.properties.iter().map(|property| property.name.to_owned()));
        names.extend(derived::of(task).map(|check| check.name.to_owned()));
    }
    names.push(AS_PART.to_owned());
    names.extend(task.trials.iter().map(|trial| trial.name.to_owned()));
    names.extend([BUILD, POLICY, TIME].map(str::to_owned));
    names
}
