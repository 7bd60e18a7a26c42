//! A class whose disk has no room: whatever was graded stays, and the rest is graded once there is room.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tests::class::{on, table, words};
use tests::{Submission, copy_tree, grade, program};

/// KiB of room that are left: none for the lock, none for what readers share, some for a part of what is written.
const LEFT: [u32; 3] = [0, 24, 80];

/// A disk of its own, in namespaces that end with the script: `$1` is where, `$2` the program, the rest its command.
/// Bo's submission comes once Ann's is graded. Exit codes and messages go to `$1.said`, the file to `$1.class`.
const SCRIPT: &str = r#"
set -eu
at=$1 left=$2 grade=$3 folder=$4 later=$5
shift 5
mount -t tmpfs -o size=2m tmpfs "$at"
"$grade" "$@" >/dev/null 2>&1
cp -R "$later" "$folder"
room=$(df --output=avail -k "$at" | tail -n 1)
dd if=/dev/zero of="$at/filler" bs=1024 count=$((room - left)) 2>/dev/null
status=0
"$grade" "$@" >/dev/null 2>"$at.said" || status=$?
echo "exit $status" >>"$at.said"
"$grade" class export "$at/a2.class" --format csv >"$at.meanwhile" 2>/dev/null || true
rm "$at/filler"
"$grade" "$@" >/dev/null 2>&1
cp "$at/a2.class" "$at.class"
"#;

fn on_a_small_disk(place: &Path, left: u32, folder: &Path, later: &Path) {
    let at = place.join("disk");
    fs::create_dir(&at).unwrap();
    let own = may_mount();
    #[expect(clippy::disallowed_methods, reason = "a disk for the program under test")]
    let mut shell = Command::new("unshare");
    if !own {
        shell.arg("--map-root-user");
    }
    let output = shell
        .args(["--mount", "bash", "-c", SCRIPT, "bash"])
        .arg(&at)
        .arg(left.to_string())
        .arg(program())
        .args([folder, later])
        .args(words(folder, &at.join("a2.class")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether this process may mount as it is.
fn may_mount() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

#[test]
fn a_full_disk_loses_nothing_and_the_same_command_grades_the_rest() {
    let wrong = tests::class::wrong();
    for left in LEFT {
        let (folder, place) = (Submission::empty(), tempfile::tempdir().unwrap());
        copy_tree(Submission::reference().path(), &folder.path().join("ann"));
        fs::write(folder.path().join("roster.csv"), "id,name\nann,Ann\nbo,Bo\n").unwrap();
        let later = place.path().join("bo");
        copy_tree(wrong.path(), &later);
        on_a_small_disk(place.path(), left, folder.path(), &later);
        let said = fs::read_to_string(place.path().join("disk.said")).unwrap();
        assert!(said.ends_with("exit 3\n"), "with {left} KiB: {said}");
        assert!(said.contains("room"), "with {left} KiB nothing is said of room: {said}");
        let meanwhile = fs::read_to_string(place.path().join("disk.meanwhile")).unwrap();
        assert!(
            meanwhile.is_empty() || meanwhile.contains("\nann,Ann,,graded,2,"),
            "with {left} KiB: {meanwhile}"
        );
        let undisturbed = place.path().join("undisturbed.class");
        assert_eq!(grade(words(folder.path(), &undisturbed)).code, Some(0));
        let resumed = place.path().join("disk.class");
        assert_eq!(table(&resumed), table(&undisturbed));
        assert!(on(&resumed, "status", &[]).stdout.contains("2 graded; equal ones once"));
    }
}
