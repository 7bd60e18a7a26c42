//! `grade class cross`: counterexamples travel. What broke a check of one submission is tried on all that passed this
//! check on inputs of their own: a property's smallest case as it is, fresh inputs by the seed that they were drawn
//! from. Nothing of it is kept, and no grade changes: what one has to pass is the same for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use class::database::{Database, Standing};
use class::standing::{self, State};
use judge::checks::{derived, differential};
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Carried, CarriedInput};
use report::Report;
use report::model::{CheckKind, CheckReport};

use super::run::{self, Class};
use crate::arguments::ClassCross;
use crate::course_root::CourseRoot;
use crate::engine::grading::Grading;
use crate::engine::in_order::Nobody;
use crate::engine::parallel_map::parallel_map;
use crate::engine::{Grader, Reference};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::selection::{self, Chosen};

/// A task and a check of it.
type Check = (String, String);

/// An input and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    /// Whether golden cases of the task fail as well: then nearly any input would do.
    is_coarse: bool,
    /// The sum of the sizes: the smallest comes first.
    size: i64,
    input: CarriedInput,
    students: Vec<String>,
}

/// A submission that passed what broke another one.
struct Target {
    path: String,
    content: String,
    students: Vec<String>,
    carried: Vec<Carried>,
    chosen: Chosen,
}

/// Tries what broke each on all others.
pub(super) fn cross(options: &ClassCross, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(None)?;
    let graded = graded(&database, &standing)?;
    let sources = sources(&graded, &options.tasks, options.most.get());
    let grader = Grader::open(CourseRoot::find()?)?;
    let assignment = run::assignment(&grader, &standing.settings.assignment)?;
    let targets = targets(&graded, &sources, &assignment)?;
    if targets.is_empty() {
        output.line("nothing broke one submission that another has passed");
        return Ok(Exit::Done);
    }
    let class = Class {
        grader: &grader,
        assignment: &assignment,
        settings: &standing.settings,
        jobs: 1,
    };
    let whole = selection::of_assignment(&assignment, &standing.settings.tasks)?;
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), &whole.judged)?;
    // What passed then has to be what would pass now.
    run::require_same(database.path(), &standing.run, &class.conditions(&fixtures, &whole))?;
    let reference = Reference::new(&grader).remembering();
    let total = targets.len();
    let reports = parallel_map(
        &targets,
        || Ok(()),
        |(), position, target| {
            interrupt::check()?;
            output.progress(&format!("trying {} of {total}", position + 1));
            let grading = Grading {
                carried: &target.carried,
                ..class.grading(&fixtures, &target.chosen, &reference)
            };
            tried(&grading, &standing, target)
        },
    )?;
    output.progress_done();
    output.line(&words(&sources, &targets, &reports));
    Ok(Exit::Done)
}

/// A graded submission: where it lies, its content, its report, whose it is.
type Graded = (String, String, Report, Vec<String>);

/// Each graded content once, with all students who handed it in.
fn graded(database: &Database, standing: &Standing) -> Result<Vec<Graded>, Failure> {
    let rows = standing::rows(standing, None);
    let mut by_content: BTreeMap<&str, (&str, Vec<String>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == State::Graded) {
        let Some(attempt) = row.counted else { continue };
        let Some(content) = standing
            .entries
            .get(&attempt.id)
            .and_then(|entry| entry.content.as_deref())
        else {
            continue;
        };
        let (_, students) = by_content.entry(content).or_insert((&attempt.path, Vec::new()));
        students.push(row.student.key.clone());
    }
    let mut graded = Vec::new();
    for (content, (path, students)) in by_content {
        if let Some(report) = database.report(standing.run.id, content)? {
            graded.push((path.to_owned(), content.to_owned(), report, students));
        }
    }
    Ok(graded)
}

/// What broke a check, at most so many inputs for each: first of those whose golden cases hold, then the smallest.
fn sources(graded: &[Graded], asked: &[String], most: usize) -> BTreeMap<Check, Vec<Source>> {
    let mut all: BTreeMap<Check, BTreeMap<CarriedInput, Source>> = BTreeMap::new();
    for (_, _, report, students) in graded {
        let is_asked = |id: &String| asked.is_empty() || asked.contains(id);
        for task in report.tasks.iter().filter(|task| is_asked(&task.id)) {
            let is_coarse = task
                .checks
                .iter()
                .any(|check| check.kind == CheckKind::Golden && check.failed());
            for check in task.checks.iter().filter(|check| check.failed()) {
                let Some(input) = input(&task.id, check, report.fresh_seed) else {
                    continue;
                };
                let of_check = all.entry((task.id.clone(), check.name.clone())).or_default();
                let sizes = check.counterexample.iter().flat_map(|found| &found.sizes);
                let source = of_check.entry(input.clone()).or_insert(Source {
                    is_coarse,
                    size: sizes.map(|size| size.value).sum(),
                    input,
                    students: Vec::new(),
                });
                source.students.extend(students.iter().cloned());
            }
        }
    }
    let best = |sources: BTreeMap<CarriedInput, Source>| {
        let mut sources: Vec<Source> = sources.into_values().collect();
        sources.sort();
        sources.truncate(most);
        sources
    };
    all.into_iter().map(|(check, sources)| (check, best(sources))).collect()
}

/// The input of a failed check, where it can be tried on others.
fn input(task: &str, check: &CheckReport, fresh_seed: u64) -> Option<CarriedInput> {
    let task = tasks::find(task)?;
    let found = check.counterexample.as_ref()?;
    if task.properties.iter().any(|property| property.name == check.name) {
        let sizes = found.sizes.iter().map(|size| (size.name.clone(), size.value));
        return Some(CarriedInput::Case {
            sizes: sizes.collect(),
            seed: found.seed,
        });
    }
    let is_fresh = check.name == differential::NAME || derived::of(task).any(|derived| derived.name == check.name);
    is_fresh.then_some(CarriedInput::Fresh(fresh_seed))
}

/// Those who passed a check that broke others, with what broke them.
fn targets(
    graded: &[Graded],
    sources: &BTreeMap<Check, Vec<Source>>,
    assignment: &Assignment,
) -> Result<Vec<Target>, Failure> {
    let target = |(path, content, report, students): &Graded| {
        let passed = |(task, name): &Check| {
            let task = report.tasks.iter().find(|own| own.id == *task)?;
            let check = task.checks.iter().find(|check| check.name == *name)?;
            (check.verdict == judge::findings::verdict::Verdict::Passed).then_some(())
        };
        let carried: Vec<Carried> = sources
            .iter()
            .filter(|(check, _)| passed(check).is_some())
            .flat_map(|((task, check), sources)| {
                sources.iter().map(|source| Carried {
                    task: task.clone(),
                    check: check.clone(),
                    input: source.input.clone(),
                })
            })
            .collect();
        if carried.is_empty() {
            return Ok(None);
        }
        let ids: BTreeSet<String> = carried.iter().map(|carried| carried.task.clone()).collect();
        let chosen = selection::of_assignment(assignment, &ids.into_iter().collect::<Vec<_>>())?;
        Ok(Some(Target {
            path: path.clone(),
            content: content.clone(),
            students: students.clone(),
            carried,
            chosen,
        }))
    };
    graded.iter().filter_map(|graded| target(graded).transpose()).collect()
}

/// The report of a submission on which the others' inputs were tried; why there is none, where it is the machine's fault or
/// ours.
fn tried(grading: &Grading<'_>, standing: &Standing, target: &Target) -> Result<Result<Report, String>, Failure> {
    let staged = grading.grader.stage(&standing.settings.folder.join(&target.path), None);
    let graded = staged.and_then(|staged| {
        if staged.hash() != target.content {
            return Err(Failure::fault("it was changed since it was graded"));
        }
        grading.grade(staged, &target.path, Instant::now(), None, None, &Nobody)
    });
    interrupt::check()?;
    Ok(graded.map(|graded| graded.report).map_err(|failure| failure.message))
}

fn words(sources: &BTreeMap<Check, Vec<Source>>, targets: &[Target], reports: &[Result<Report, String>]) -> String {
    let mut broken: BTreeMap<&Check, Vec<String>> = BTreeMap::new();
    let mut untried = Vec::new();
    for (target, report) in targets.iter().zip(reports) {
        let report = match report {
            Ok(report) => report,
            Err(reason) => {
                untried.push(format!(
                    "  not tried: {}: {}",
                    target.students.join(", "),
                    report::clean(reason)
                ));
                continue;
            }
        };
        for check in sources.keys() {
            let is_tried = target
                .carried
                .iter()
                .any(|carried| carried.task == check.0 && carried.check == check.1);
            let task = report.tasks.iter().find(|own| own.id == check.0);
            let found = task.and_then(|task| task.checks.iter().find(|own| own.name == check.1 && own.failed()));
            if let (true, Some(found)) = (is_tried, found) {
                let seen = found.message.as_deref().unwrap_or_default();
                let input = found.counterexample.as_ref().map_or("", |found| found.summary.as_str());
                let whose = target.students.join(", ");
                broken
                    .entry(check)
                    .or_default()
                    .push(format!("    {whose}: {seen} ({input})"));
            }
        }
    }
    let count: usize = sources.values().map(Vec::len).sum();
    let mut lines = vec![format!(
        "{count} inputs that broke {} checks were tried on {} submissions that had passed these; {} of the checks broke on more",
        sources.len(),
        targets.len(),
        broken.len()
    )];
    for (check, found) in broken {
        let students = sources[check].iter().flat_map(|source| &source.students);
        let students: BTreeSet<&str> = students.map(String::as_str).collect();
        let students: Vec<&str> = students.into_iter().collect();
        lines.push(format!(
            "  {}/{}, by what broke {}:",
            check.0,
            check.1,
            students.join(", ")
        ));
        lines.extend(found);
    }
    lines.extend(untried);
    lines.push("no grade has changed: these inputs were not everybody's".to_owned());
    lines.join("\n")
}
