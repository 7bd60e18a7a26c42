//! `grade class shard`: one shard, graded on a local disk and put back whole.

use std::fs;
use std::path::{Path, PathBuf};

use class::database::Database;
use class::shard::Part;

use super::{paths, run, status};
use crate::arguments::ClassShard;
use crate::engine::device::Device;
use crate::engine::sandbox_check;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::temporary;

/// Grades a shard. What was graded is put back also where it was stopped.
pub(super) fn shard(options: &ClassShard, output: &Output) -> Result<Exit, Failure> {
    let file = paths::shard(&options.folder, options.number.get());
    if options.require_sandbox {
        sandbox_check::require(Device::Cpu)?;
    }
    // The database does not bear a network's file system.
    let ground = temporary::gather()?;
    let local = ground.path().join("shard.class");
    let mut database = begun(options, &file, &local)?;
    let graded = run::shard(&mut database, options.jobs, output);
    let part = Part::read(&database, &file)?;
    let has_faults = part.standing.as_ref().is_some_and(status::has_faults);
    database.close()?;
    files::copy(&local, &file).map_err(|error| {
        Failure::environment(format!("cannot put back {}: {error}", file.display()))
            .hint("make room and see that its folder can be written, then run the shard again")
    })?;
    graded?;
    let (shard, open) = (&part.shard, part.open().len());
    output.line(&format!(
        "shard {} of {}: {} of {} submissions done, in {}",
        shard.number,
        shard.count,
        shard.paths.len() - open,
        shard.paths.len(),
        file.display()
    ));
    Ok(if has_faults { Exit::JudgeFault } else { Exit::Done })
}

/// A copy of the shard's file, or of the plan where the shard has none yet.
fn begun(options: &ClassShard, file: &Path, local: &PathBuf) -> Result<Database, Failure> {
    let copied = |source: &Path| {
        fs::copy(source, local).map_err(|error| {
            Failure::environment(format!(
                "cannot copy {} to {}: {error}",
                source.display(),
                local.display()
            ))
            .hint("see that the one can be read and the other's disk has room, then run the shard again")
        })
    };
    if file.is_file() {
        copied(file)?;
        let database = Database::open(local)?;
        Part::read(&database, file)?;
        return Ok(database);
    }
    let plan = paths::plan(&options.folder);
    let foreign = || {
        Failure::usage(format!("{} is no folder of shards", options.folder.display()))
            .hint("name the folder that `grade class slurm` has made")
    };
    if !plan.is_file() {
        return Err(foreign());
    }
    copied(&plan)?;
    let mut database = Database::open(local)?;
    let whole = database.shard()?.ok_or_else(foreign)?;
    let share = whole.share(options.number.get()).ok_or_else(|| {
        Failure::usage(format!("there is no shard {}", options.number)).hint(format!(
            "the shards in {} are 1 to {}",
            options.folder.display(),
            whole.count
        ))
    })?;
    database.make_shard(&share)?;
    Ok(database)
}
