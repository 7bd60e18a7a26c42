//! A class on several machines: shards, the script for Slurm, and the merge. Slurm itself is tried by `scripts/slurm-check`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tests::class::{folder, table, words};
use tests::{Run, command, grade};

/// The command that divides the class into three shards.
fn divided(folder: &Path, class: &Path, more: &[&str]) -> Vec<String> {
    let mut all = words(folder, class);
    "slurm".clone_into(&mut all[1]);
    all.extend(["--shards", "3"].iter().chain(more).map(|word| (*word).to_owned()));
    all
}

fn shard(shards: &Path, number: usize) -> Run {
    grade(["class", "shard", &shards.display().to_string(), &number.to_string()])
}

fn merge(what: &[&Path], into: &Path) -> Run {
    let what = what.iter().map(|path| path.display().to_string());
    let into = ["--into".to_owned(), into.display().to_string()];
    grade(
        ["class".to_owned(), "merge".to_owned()]
            .into_iter()
            .chain(what)
            .chain(into),
    )
}

fn well(run: &Run) {
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
}

fn refused(run: &Run, code: i32, said: &[&str]) {
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    for text in said.iter().chain(&["next:"]) {
        assert!(run.stderr.contains(text), "{text} is not said: {}", run.stderr);
    }
}

#[test]
fn shards_become_the_table_of_one_machine_and_a_lost_or_broken_one_is_named() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let plain = place.path().join("plain.class");
    well(&grade(words(folder.path(), &plain)));
    let class = place.path().join("a2.class");
    let shards = place.path().join("a2.class.shards");
    let made = grade(divided(folder.path(), &class, &[]));
    well(&made);
    assert!(made.stdout.contains("8 submissions in 3 shards"), "{}", made.stdout);
    let lists = [1, 2, 3].map(|number| fs::read_to_string(shards.join(format!("shard-{number}.txt"))).unwrap());
    assert_eq!(lists.concat().lines().count(), 8);
    let script = fs::read_to_string(shards.join("array.sbatch")).unwrap();
    assert!(script.contains("#SBATCH --array=1-3\n"), "{script}");
    refused(&merge(&[&shards], &class), 3, &["holds no shard yet", "array.sbatch"]);
    for number in [1, 2, 3] {
        well(&shard(&shards, number));
    }
    let lost = shards.join("shard-2.class");
    fs::remove_file(&lost).unwrap();
    refused(
        &merge(&[&shards], &class),
        3,
        &["1 of 3 shards are not done", "shard 2 is missing", "sbatch --array=2 "],
    );
    assert!(!class.exists(), "nothing is made of shards that are not whole");
    fs::write(&lost, "half a file").unwrap();
    refused(
        &merge(&[&shards], &class),
        3,
        &["shard-2.class", "run that shard again"],
    );
    fs::remove_file(&lost).unwrap();
    well(&shard(&shards, 2));
    well(&merge(&[&shards], &class));
    assert_eq!(table(&class), table(&plain));
    // Once more, file by file: nothing is doubled.
    let files = [3, 1, 2].map(|number| shards.join(format!("shard-{number}.class")));
    well(&merge(&files.each_ref().map(PathBuf::as_path), &class));
    assert_eq!(table(&class), table(&plain));
    let again = shard(&shards, 1);
    well(&again);
    assert!(
        !again.stdout.contains(" s)"),
        "nothing is graded twice: {}",
        again.stdout
    );
    strange(&shards, &plain, &class);
}

/// What is no shard, or no folder of shards.
fn strange(shards: &Path, plain: &Path, class: &Path) {
    let first = shards.join("shard-1.class");
    refused(&merge(&[&first, &first], class), 2, &["are the same shard"]);
    refused(&merge(&[plain], class), 2, &["plain.class is no shard"]);
    refused(&merge(&[&shards.join("nowhere.class")], class), 3, &["nowhere.class"]);
    refused(&shard(shards, 4), 2, &["there is no shard 4", "are 1 to 3"]);
    refused(&shard(plain.parent().unwrap(), 1), 2, &["is no folder of shards"]);
}

/// A folder with commands that do what Slurm's do, as far as it is asked for.
fn scheduler(place: &Path, sbatch: &str) -> String {
    for (name, text) in [("sbatch", sbatch), ("squeue", "exit 0"), ("sacct", "exit 1")] {
        let path = place.join(name);
        fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", place.display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_submitted_array_is_followed_to_its_end_and_merged() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let class = place.path().join("a2.class");
    let all = divided(folder.path(), &class, &["--submit", "--sbatch=--partition=cpu"]);
    let run_by = |path: &str| -> Run { command(&all).env("PATH", path).output().unwrap().into() };
    refused(
        &run_by("/nonexistent"),
        3,
        &["Slurm's command sbatch is not on the PATH"],
    );
    assert!(!place.path().join("a2.class.shards").exists());
    let each = "if [[ $1 == --version ]]; then exit 0; fi\n\
        for number in 1 2 3; do SLURM_ARRAY_TASK_ID=$number bash \"$2\" >&2 || exit; done\necho '17;here'";
    let run = run_by(&scheduler(place.path(), each));
    well(&run);
    assert!(run.stdout.contains("job 17 was submitted"), "{}", run.stdout);
    let script = fs::read_to_string(place.path().join("a2.class.shards/array.sbatch")).unwrap();
    assert!(script.contains("\n#SBATCH --partition=cpu\n"), "{script}");
    assert_eq!(table(&class)["students"].as_array().unwrap().len(), 9);
    refused(
        &run_by(&scheduler(place.path(), each)),
        2,
        &["a2.class.shards exists already"],
    );
    fs::remove_dir_all(place.path().join("a2.class.shards")).unwrap();
    let none = scheduler(
        place.path(),
        "if [[ $1 == --version ]]; then exit 0; fi\necho 'no partition cpu' >&2; exit 1",
    );
    refused(&run_by(&none), 3, &["sbatch failed: no partition cpu"]);
}
