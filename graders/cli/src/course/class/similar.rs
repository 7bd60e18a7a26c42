//! `grade class similar`: copydetect over all graded submissions. What it finds is kept beside the grades, and has no say in
//! them.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use class::Lock;
use class::database::{Database, Standing};
use class::similarity::{self, LIMITS, Pair, Similarity};
use class::standing;
use sandbox::launch::run_tool;
use serde::Deserialize;

use super::machine;
use super::status::assignment_of;
use crate::arguments::ClassSimilar;
use crate::course_root::CourseRoot;
use crate::engine::Grader;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// Names the folder of the tool's packages; `scripts/similar` sets it.
const PACKAGES: &str = "GRADE_SIMILARITY";
/// Letters of code in common from which on a pair is listed: less is one short function.
const LETTERS: usize = 150;

/// What the script says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    tool: String,
    pairs: Vec<Pair>,
}

/// Compares, keeps and lists.
pub(super) fn similar(options: &ClassSimilar, output: &Output) -> Result<Exit, Failure> {
    Database::open(&options.file)?;
    let packages = packages(&options.file)?;
    let mut lock = Lock::take(&options.file, &machine::holder())?;
    let ground = machine::ground(&mut lock)?;
    let mut database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let grader = Grader::open(CourseRoot::find()?)?;
    let paths = laid_out(&grader, &standing, ground.path(), output)?;
    let said = compared(&grader, &packages, ground.path(), options.above)?;
    // The script knows them by their numbers only.
    let path = |number: String| number.parse::<usize>().ok().and_then(|at| paths.get(at).cloned());
    let pair = |pair: Pair| {
        Some(Pair {
            one: path(pair.one)?,
            other: path(pair.other)?,
            ..pair
        })
    };
    let found = Similarity {
        tool: said.tool,
        percent: f64::from(options.above),
        submissions: paths.len(),
        pairs: said.pairs.into_iter().filter_map(pair).collect(),
    };
    database.keep_similarity(standing.run.id, &found)?;
    output.line(&words(&standing, &found));
    Ok(Exit::Done)
}

/// The folder of the tool's packages.
fn packages(file: &Path) -> Result<PathBuf, Failure> {
    let missing = |what: String| {
        Failure::environment(what).hint(format!(
            "./scripts/similar {} installs copydetect where it is missing, and compares",
            file.display()
        ))
    };
    let folder = env::var_os(PACKAGES).ok_or_else(|| missing("copydetect is not installed".to_owned()))?;
    let folder = PathBuf::from(folder);
    if folder.join("copydetect").is_dir() {
        return Ok(folder);
    }
    Err(missing(format!(
        "{PACKAGES} names {}, which holds no copydetect",
        folder.display()
    )))
}

/// Lays out the files of the judged tasks of each submission that counts, and what everybody was given. Gives the
/// submissions by their numbers.
fn laid_out(grader: &Grader, standing: &Standing, ground: &Path, output: &Output) -> Result<Vec<String>, Failure> {
    let assignment = assignment_of(standing)?;
    let rows = standing::rows(standing, assignment.late.as_ref());
    let judged = rows
        .iter()
        .filter_map(|row| row.grading)
        .flat_map(|grading| &grading.tasks);
    let files: BTreeSet<&str> = judged.filter_map(|task| Some(tasks::find(&task.task)?.file)).collect();
    let cannot =
        |error: std::io::Error| Failure::environment(format!("cannot copy sources to {}: {error}", ground.display()));
    let graded = rows.iter().filter(|row| row.state == standing::State::Graded);
    // A group's submission is one.
    let paths: BTreeSet<&str> = graded.filter_map(|row| Some(row.counted?.path.as_str())).collect();
    let code = ground.join("code");
    fs::create_dir(&code).map_err(cannot)?;
    for (number, path) in paths.iter().enumerate() {
        interrupt::check()?;
        output.progress(&format!("reading {} of {}", number + 1, paths.len()));
        let staged = grader.stage(&standing.settings.folder.join(path), None)?;
        let own = code.join(number.to_string());
        fs::create_dir(&own).map_err(cannot)?;
        for file in files.iter().filter(|file| staged.is_own(file)) {
            fs::copy(staged.source().join(file), own.join(file)).map_err(cannot)?;
        }
    }
    for (name, given) in [
        ("template", grader.course_root().template()),
        ("reference", grader.course_root().reference()),
    ] {
        let target = ground.join("boilerplate").join(name);
        fs::create_dir_all(&target).map_err(cannot)?;
        if given.join("src").is_dir() {
            files::lay_over(&given.join("src"), &target).map_err(cannot)?;
        }
    }
    output.progress("comparing");
    Ok(paths.into_iter().map(str::to_owned).collect())
}

fn compared(grader: &Grader, packages: &Path, ground: &Path, percent: u8) -> Result<Said, Failure> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = grader.course_root().root().join("scripts/lib/similarity/compare.py");
    let (percent, letters) = (percent.to_string(), LETTERS.to_string());
    let arguments: [&OsStr; 7] = [
        // Only the packages of the folder can be imported.
        "-IS".as_ref(),
        "-B".as_ref(),
        script.as_ref(),
        packages.as_ref(),
        ground.as_ref(),
        percent.as_ref(),
        letters.as_ref(),
    ];
    let failed = |what: String| {
        Failure::environment(what).hint(format!(
            "remove {} and run ./scripts/similar again: it reinstalls copydetect",
            packages.display()
        ))
    };
    let matplotlib = ground.join("matplotlib");
    let ran = run_tool(&python, arguments, &[("MPLCONFIGDIR", matplotlib.as_os_str())])
        .map_err(|error| failed(format!("cannot start {python}: {error}")))?
        .ok_or_else(|| {
            Failure::environment(format!("{python} is not on the PATH"))
                .hint("install it, or name its program in PYTHON")
        })?;
    if !ran.success {
        let last = ran.stderr.trim().lines().last().unwrap_or_default();
        return Err(failed(format!("the comparison failed: {}", report::clean(last))));
    }
    serde_json::from_str(&ran.stdout)
        .map_err(|error| failed(format!("the comparison's answer cannot be read: {error}")))
}

fn words(standing: &Standing, found: &Similarity) -> String {
    let mut lines = vec![format!(
        "{} submissions compared by {}: {} pairs have {:.0} percent or more of one in common",
        found.submissions,
        found.tool,
        found.pairs.len(),
        found.percent
    )];
    let students = |path: &str| similarity::students(standing, path).join(" and ");
    let mut pairs: Vec<&Pair> = found.pairs.iter().collect();
    pairs.sort_by(|one, other| other.percent.total_cmp(&one.percent));
    lines.extend(pairs.into_iter().map(|pair| {
        format!(
            "  {:>3.0} %  {}, {}  {}",
            pair.percent,
            students(&pair.one),
            students(&pair.other),
            pair.files.join(", ")
        )
    }));
    lines.push(LIMITS.to_owned());
    lines.join("\n")
}
