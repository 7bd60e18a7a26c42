//! The layers of the sandbox, one by one.

use std::fmt::Write;

use sandbox::confine::{FULL_LANDLOCK, KernelSupport, is_root};

/// A layer and what this machine has of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layer {
    name: &'static str,
    found: String,
    pub(super) is_there: bool,
}

/// What this machine has.
pub(super) fn found() -> Vec<Layer> {
    of(KernelSupport::probe(), is_root())
}

fn of(support: KernelSupport, as_root: bool) -> Vec<Layer> {
    let is_full = support.landlock >= FULL_LANDLOCK;
    let layer = |name, found: &str, is_there| Layer {
        name,
        found: found.to_owned(),
        is_there,
    };
    let version = match support.landlock {
        0 => format!("none; needed is version {FULL_LANDLOCK} (Linux 6.12)"),
        version => format!("version {version}; needed is {FULL_LANDLOCK}"),
    };
    let user = if as_root {
        "root: all of them are dropped before a submission runs, the user stays"
    } else {
        "an ordinary user: there are none to drop"
    };
    let scopes = if is_full {
        "signals and abstract sockets stay inside"
    } else {
        "signals and abstract sockets would rest on the filter alone"
    };
    vec![
        layer("Landlock", &version, is_full),
        layer("Landlock's scopes", scopes, is_full),
        layer(
            "system call filter",
            if support.filter { "seccomp" } else { "none" },
            support.filter,
        ),
        layer("capabilities", user, true),
        layer("limits", "CPU time, memory, file size, descriptors", true),
        layer(
            "processes",
            "a launcher ends them all, whatever becomes of the judge",
            true,
        ),
    ]
}

/// A line each.
pub(super) fn table(layers: &[Layer]) -> String {
    let mut text = String::from("layers of the sandbox\n");
    for layer in layers {
        let mark = if layer.is_there { "ok  " } else { "NONE" };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {mark} {:<20} {}", layer.name, layer.found);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_that_is_missing_is_marked() {
        let support = |landlock, filter| of(KernelSupport { landlock, filter }, true);
        let missing = |layers: Vec<Layer>| layers.iter().filter(|layer| !layer.is_there).count();
        assert_eq!(missing(support(FULL_LANDLOCK, true)), 0);
        assert_eq!(missing(support(FULL_LANDLOCK - 1, true)), 2);
        assert_eq!(missing(support(0, false)), 3);
        assert!(table(&support(0, true)).contains("NONE Landlock"));
    }
}
