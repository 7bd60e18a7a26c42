//! Killing every descendant of this process, wherever it has hidden.
//!
//! This process is a child subreaper, so a descendant whose parent has died becomes its child: neither `setsid` nor a
//! double fork leads out of the tree.

use std::collections::BTreeMap;
use std::fs;

use rustix::io::Errno;
// Not `waitpid(None)`, which sees only this process's own group.
use rustix::process::{Pid, Signal, WaitOptions, wait};

/// Kills and reaps until nothing is left.
pub(crate) fn kill_all() {
    loop {
        reap_dead();
        let descendants = descendants_of(rustix::process::getpid());
        if descendants.is_empty() && reap_dead() {
            return;
        }
        for &pid in &descendants {
            // One that is gone already is what we want.
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        // Sleeps until one of them is gone; the next round sees what it has left behind.
        let _ = wait(WaitOptions::empty());
    }
}

/// Reaps what is dead. Whether there is no child left at all, dead or alive.
fn reap_dead() -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) => return false,
            Err(_) => return true,
        }
    }
}

/// All processes below `root`, by the parents that /proc names.
fn descendants_of(root: Pid) -> Vec<Pid> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut open = vec![root.as_raw_nonzero().get()];
    while let Some(parent) = open.pop() {
        // Taken out, so that no table, however odd, makes this go round in a circle.
        for pid in children.remove(&parent).unwrap_or_default() {
            open.push(pid);
            found.extend(Pid::from_raw(pid));
        }
    }
    found
}

/// Every process with its parent.
fn processes() -> impl Iterator<Item = (i32, i32)> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders.filter_map(|folder| {
        let pid = folder.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(folder.path().join("stat")).ok()?;
        Some((pid, parent_in(&stat)?))
    })
}

/// The parent's id in a line of /proc/PID/stat. The name in parentheses may hold anything, parentheses too.
fn parent_in(stat: &str) -> Option<i32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_cannot_forge_its_parent() {
        assert_eq!(parent_in("12 (sleep) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in("12 (a) S 1 (b) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in("12"), None);
    }

    #[test]
    fn this_process_is_found_below_its_parent() {
        let own = rustix::process::getpid();
        let parent = rustix::process::getppid();
        assert!(parent.is_some_and(|parent| descendants_of(parent).contains(&own)));
    }
}
