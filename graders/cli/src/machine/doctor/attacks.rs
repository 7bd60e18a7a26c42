//! The attacks of the corpus: a folder each, with what must come of it.
//!
//! An attack's files are laid over the template with the two tasks written, together with those of `shared`. Words
//! between at signs stand for what is known only here: where the course lies, which process judges, where somebody
//! listens.

use std::fs;
use std::path::{Path, PathBuf};

use judge::findings::verdict::Verdict;
use serde::Deserialize;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::ground::Ground;
use crate::engine::Grader;
use crate::failure::Failure;

/// The reference's files in a submission that has the two tasks and no other: it compiles in half the time.
const WRITTEN: [&str; 2] = ["attention.rs", "normalization.rs"];
/// What all attacks share.
const SHARED: &str = "shared";
/// The case of a wrong submission.
const MISTAKE: &str = "W";
/// What the names of submissions about the task begin with.
const MIXED: &str = "rms-norm";
/// Parentheses that no compiler survives.
const DEPTH: usize = 200_000;
/// Errors that no report should show in full.
const ERRORS: usize = 20_000;

/// An attack, or an honest submission that looks like one.
#[derive(Debug)]
pub(super) struct Attack {
    pub(super) name: String,
    pub(super) expected: Expected,
    folder: PathBuf,
}

/// What must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// Where the list of attacks has it.
    pub(super) case: String,
    /// What it does.
    pub(super) attack: String,
    /// The verdict where the sandbox alone stands in its way.
    pub(super) verdict: Verdict,
    /// What some finding must say.
    pub(super) says: Option<String>,
    /// Whether it takes as long as a limit of the compiler or of the wall clock.
    #[serde(default)]
    pub(super) slow: bool,
    /// The verdict on the task beside it.
    #[serde(default = "passed")]
    pub(super) bystander: Verdict,
    #[expect(dead_code, reason = "the verdict as a submission, which the tests grade")]
    graded: Verdict,
    #[expect(dead_code, reason = "the same of the task beside it")]
    graded_bystander: Option<Verdict>,
}

impl Expected {
    /// Whether it is a wrong submission of the corpus, and no attack.
    pub(super) fn is_mistake(&self) -> bool {
        self.case == MISTAKE
    }
}

fn passed() -> Verdict {
    Verdict::Passed
}

impl Attack {
    /// One without files.
    #[cfg(test)]
    pub(super) fn of(name: &str, expected: Expected) -> Self {
        Self {
            name: name.to_owned(),
            expected,
            folder: PathBuf::new(),
        }
    }

    /// Whether it only looks like one, or not even that.
    pub(super) fn is_honest(&self) -> bool {
        self.expected.case.starts_with(['C', 'W'])
    }
}

/// All attacks by name, or those that are named.
pub(super) fn read(corpus: &Path, only: &[String]) -> Result<Vec<Attack>, Failure> {
    let folder = corpus.join("hostile");
    let cannot = |error| Failure::environment(format!("cannot read {}: {error}", folder.display()));
    let mut attacks = Vec::new();
    for entry in fs::read_dir(&folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != SHARED && (only.is_empty() || only.contains(&name)) {
            attacks.push(attack(name, entry.path())?);
        }
    }
    attacks.sort_by(|one, other| one.name.cmp(&other.name));
    match only
        .iter()
        .find(|name| !attacks.iter().any(|attack| attack.name == **name))
    {
        Some(unknown) => Err(Failure::usage(format!("there is no attack `{unknown}`"))
            .hint("the folders of fixtures/submissions/hostile name them")),
        None => Ok(attacks),
    }
}

/// Correct and wrong submissions of the corpus in the same task, for a mix.
pub(super) fn others(corpus: &Path) -> Result<Vec<Attack>, Failure> {
    let mut others = Vec::new();
    let kinds = [("correct", "C", Verdict::Passed), ("wrong", MISTAKE, Verdict::Wrong)];
    for (kind, case, verdict) in kinds {
        let cannot = |error| Failure::environment(format!("cannot read the corpus's {kind} submissions: {error}"));
        for entry in fs::read_dir(corpus.join(kind)).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(MIXED) {
                others.push(Attack {
                    expected: Expected {
                        case: case.to_owned(),
                        attack: format!("{kind}, without malice"),
                        verdict,
                        says: None,
                        slow: false,
                        bystander: Verdict::Passed,
                        graded: verdict,
                        graded_bystander: None,
                    },
                    name,
                    folder: entry.path(),
                });
            }
        }
    }
    others.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(others)
}

fn attack(name: String, folder: PathBuf) -> Result<Attack, Failure> {
    let path = folder.join("expected.toml");
    let text = fs::read_to_string(&path)
        .map_err(|error| Failure::environment(format!("cannot read {}: {error}", path.display())))?;
    let expected = toml::from_str(&text)
        .map_err(|error| Failure::environment(format!("{} is broken: {error}", path.display())))?;
    Ok(Attack { name, expected, folder })
}

/// The attack as a submission.
pub(super) fn lay(attack: &Attack, grader: &Grader, ground: &Ground) -> Result<TempDir, Failure> {
    let lay = || -> std::io::Result<TempDir> {
        let target = tempfile::Builder::new().prefix("grade-attack-").tempdir()?;
        let place = grader.course_root();
        let shared = place.corpus().join("hostile").join(SHARED);
        copy(&place.template(), target.path(), &|text| text)?;
        for file in WRITTEN {
            let file = Path::new("src").join(file);
            fs::copy(place.reference().join(&file), target.path().join(&file))?;
        }
        for source in [&shared, &attack.folder] {
            copy(source, target.path(), &|text| fill(&text, grader, ground))?;
        }
        Ok(target)
    };
    lay().map_err(|error| Failure::fault(format!("cannot lay out {}: {error}", attack.name)))
}

/// Copies a folder of texts, each changed on the way.
fn copy(source: &Path, target: &Path, change: &dyn Fn(String) -> String) -> std::io::Result<()> {
    for entry in WalkDir::new(source) {
        let entry = entry?;
        let path = target.join(entry.path().strip_prefix(source).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            fs::create_dir_all(path)?;
        } else {
            fs::write(path, change(fs::read_to_string(entry.path())?))?;
        }
    }
    Ok(())
}

fn fill(text: &str, grader: &Grader, ground: &Ground) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let course = grader.course_root().root().display().to_string();
    let mut filled = text.replace("@COURSE@", &course);
    for (word, value) in ground.words() {
        filled = filled.replace(word, &value);
    }
    if filled.contains("@DEEP@") {
        filled = filled.replace("@DEEP@", &format!("{}0{}", "(".repeat(DEPTH), ")".repeat(DEPTH)));
    }
    if filled.contains("@ERRORS@") {
        let errors: Vec<String> = (0..ERRORS)
            .map(|number| format!("const E{number}: u8 = \"\";\n"))
            .collect();
        filled = filled.replace("@ERRORS@", &errors.concat());
    }
    filled
}
