//! What may be opened, listed, executed, written: Landlock.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, RestrictionStatus,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags,
};

use super::Grants;

/// What is asked for; an older kernel gives what it has, and `KernelSupport` says what that lacks.
const WANTED: ABI = ABI::V6;

/// Rights on what lies below the folder that a compiler writes: no execution, and no links, pipes, sockets, devices.
const WRITING: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | ReadDir | WriteFile | Truncate | MakeReg | MakeDir | RemoveFile | RemoveDir | Refer
});

/// A ruleset that grants these paths, and denies all others, every TCP port, and signals and abstract sockets to
/// anything outside. A path that is not there is no grant: what needs it will say so better.
pub(super) fn of(grants: &Grants) -> io::Result<RulesetCreated> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WANTED))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(WANTED)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(WANTED)))
        .and_then(Ruleset::create)
        .map_err(io::Error::other)?;
    let all = [
        (&grants.read, make_bitflags!(AccessFs::{ ReadFile })),
        (&grants.list, make_bitflags!(AccessFs::{ ReadFile | ReadDir })),
        (
            &grants.execute,
            make_bitflags!(AccessFs::{ ReadFile | ReadDir | Execute }),
        ),
        (&grants.write, WRITING),
    ];
    for (paths, access) in all {
        for path in paths {
            ruleset = grant(ruleset, path, access)?;
        }
    }
    Ok(ruleset)
}

fn grant(ruleset: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    let (Ok(descriptor), Ok(metadata)) = (PathFd::new(path), path.metadata()) else {
        return Ok(ruleset);
    };
    let access = if metadata.is_dir() {
        access
    } else {
        access & AccessFs::from_file(WANTED)
    };
    let rule = PathBeneath::new(descriptor, access);
    ruleset.add_rule(rule).map_err(io::Error::other)
}

/// Puts a ruleset in force for this process. One that is not is an error: `KernelSupport` has promised it.
pub(super) fn enforce(ruleset: RulesetCreated) -> io::Result<()> {
    let RestrictionStatus { ruleset, .. } = ruleset.restrict_self().map_err(io::Error::other)?;
    match ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err(io::Error::other("Landlock is offered and not put in force")),
    }
}
