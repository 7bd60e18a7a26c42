//! `grade class slurm`: a folder of shards with the script of an array job, and following that job. Slurm schedules; what
//! counts is what the shards' files hold afterwards.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use class::database::Database;
use class::shard::Shard;
use sandbox::launch::{ToolOutput, run_tool};

use super::merge;
use super::paths::{plan, script};
use super::run::{Course, wanted};
use crate::arguments::ClassSlurm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::temporary;

/// MiB of memory for one submission at work, as for a class on one machine.
const MEMORY_OF_ONE: usize = 2048;
/// Seconds before the end of a job's time at which it is told, so that what it has graded is put back.
const NOTICE: u32 = 120;
/// How often the queue is looked at.
const PAUSE: Duration = Duration::from_secs(5);
/// How soon the first time: small arrays end soon.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Divides a class; with `--submit` sees it through.
pub(super) fn slurm(options: &ClassSlurm, output: &Output) -> Result<Exit, Failure> {
    let course = Course::look(&options.folder, &options.into, &options.how)?;
    let folder = options.out.clone().unwrap_or_else(|| {
        let mut name = options.into.as_os_str().to_owned();
        name.push(".shards");
        PathBuf::from(name)
    });
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    if folder.exists() {
        return Err(
            Failure::usage(format!("{} exists already", folder.display())).hint(format!(
                "go on with it: sbatch {}; or name another folder with --out",
                script(&folder).display()
            )),
        );
    }
    if options.submit {
        // Before anything is made.
        tool("sbatch", ["--version"])?;
        tool("squeue", ["--version"])?;
    }
    let ground = temporary::gather()?;
    let local = ground.path().join("plan.class");
    let mut database = Database::open_or_make(&local)?;
    course.note(&mut database)?;
    let attempts = wanted(database.attempts()?, course.settings.attempts);
    let paths: Vec<String> = attempts.into_iter().map(|attempt| attempt.path).collect();
    let plan_of_all = class::shard::plan(&paths, options.shards.get(), course.plan_name());
    database.make_shard(&plan_of_all)?;
    database.close()?;
    let text = array_job(options, &folder, &course.settings.assignment, plan_of_all.count)?;
    files::write_folder(&folder, |made| fill(made, &local, &plan_of_all, &text)).map_err(|error| {
        Failure::environment(format!("cannot write {}: {error}", folder.display()))
            .hint("name a folder with --out that every machine can write, on a disk with room")
    })?;
    output.line(&format!(
        "{} submissions in {} shards in {}",
        plan_of_all.paths.len(),
        plan_of_all.count,
        folder.display()
    ));
    if options.submit {
        follow(&folder, output)?;
        return merge::merge(&[folder], &options.into, output);
    }
    output.line(&format!(
        "next  sbatch {}; when all have ended: grade class merge {} --into {}",
        script(&folder).display(),
        folder.display(),
        options.into.display()
    ));
    Ok(Exit::Done)
}

/// The plan, a list of each shard's submissions for people, and the script.
fn fill(folder: &Path, made: &Path, whole: &Shard, text: &str) -> io::Result<()> {
    fs::copy(made, plan(folder))?;
    for share in (1..=whole.count).filter_map(|number| whole.share(number)) {
        let list = share.paths.join("\n") + "\n";
        fs::write(folder.join(format!("shard-{}.txt", share.number)), list)?;
    }
    fs::write(script(folder), text)
}

/// The script of the array job: shard N is task N.
fn array_job(options: &ClassSlurm, folder: &Path, assignment: &str, count: usize) -> Result<String, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::environment(format!("cannot find the program itself: {error}")))?;
    let jobs = options.how.jobs.map_or(1, usize::from);
    let asked = options.options.iter().map(|option| format!("#SBATCH {option}"));
    let exported = ["GRADE_HOME", "LIBTORCH", "GRADE_CACHE"]
        .into_iter()
        .filter_map(|name| {
            let value = std::env::var_os(name)?;
            Some(format!("export {name}={}", quoted(&value)))
        });
    let own = asked.chain(exported).collect::<Vec<_>>().join("\n");
    let require = if options.how.require_sandbox {
        " --require-sandbox"
    } else {
        ""
    };
    Ok(format!(
        "#!/bin/bash\n\
         # Grades a class, one shard for each task of the array. A shard that is run again goes on where it was.\n\
         #SBATCH --job-name=grade-{assignment}\n\
         #SBATCH --array=1-{count}\n\
         #SBATCH --cpus-per-task={jobs}\n\
         #SBATCH --mem={}M\n\
         #SBATCH --signal=B:TERM@{NOTICE}\n\
         #SBATCH --requeue\n\
         #SBATCH --output=\"{}/shard-%a.log\"\n\
         {own}\n\
         exec {} class shard {} \"$SLURM_ARRAY_TASK_ID\" --jobs {jobs}{require}\n",
        jobs * MEMORY_OF_ONE,
        folder.display(),
        quoted(program.as_os_str()),
        quoted(folder.as_os_str())
    ))
}

/// A word for the shell.
fn quoted(word: &OsStr) -> String {
    format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"))
}

/// Submits the array, and waits until none of its tasks is in the queue.
fn follow(folder: &Path, output: &Output) -> Result<(), Failure> {
    let submitted = tool("sbatch", [OsStr::new("--parsable"), script(folder).as_os_str()])?;
    if !submitted.success {
        return Err(refused("sbatch", &submitted).hint(format!(
            "see what the cluster asks for (--sbatch OPTION), then: sbatch {}",
            script(folder).display()
        )));
    }
    // On several clusters the cluster's name follows.
    let job = submitted.stdout.trim().split(';').next().unwrap_or_default().to_owned();
    output.line(&format!(
        "job {job} was submitted; its logs are {}/shard-N.log",
        folder.display()
    ));
    let mut pause = FIRST_PAUSE;
    loop {
        wait(pause).map_err(|failure| {
            failure.hint(format!(
                "the job goes on; `scancel {job}` ends it, and `grade class merge` waits for nobody"
            ))
        })?;
        pause = PAUSE;
        let queue = tool(
            "squeue",
            ["--noheader", "--array", "--format=%T", &format!("--jobs={job}")],
        )?;
        // One that ended a while ago is forgotten.
        if !queue.success && !queue.stderr.contains("Invalid job id") {
            return Err(refused("squeue", &queue).hint(format!(
                "the job goes on: wait for job {job}, then merge its shards by `grade class merge`"
            )));
        }
        let states: Vec<&str> = queue.stdout.split_whitespace().collect();
        if states.is_empty() {
            break;
        }
        let running = states.iter().filter(|state| **state == "RUNNING").count();
        output.progress(&format!(
            "{running} shards at work, {} in the queue",
            states.len() - running
        ));
    }
    output.progress_done();
    if let Some(states) = ended(&job) {
        output.line(&states);
    }
    Ok(())
}

/// What the accounting knows of the tasks that did not end well. Many clusters keep none; the shards' files say it too.
fn ended(job: &str) -> Option<String> {
    let format = [
        "--noheader",
        "--allocations",
        "--parsable2",
        "--format=JobID,State,ExitCode",
    ];
    let told = tool("sacct", format.into_iter().chain([format!("--jobs={job}").as_str()])).ok()?;
    let bad: Vec<String> = told
        .stdout
        .lines()
        .filter(|line| told.success && !line.contains("|COMPLETED|"))
        .map(|line| format!("  {}", line.replace('|', "  ")))
        .collect();
    (!bad.is_empty()).then(|| bad.join("\n"))
}

fn wait(pause: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    while begun.elapsed() < pause {
        interrupt::check()?;
        thread::sleep(Duration::from_millis(100).min(pause));
    }
    Ok(())
}

fn refused(name: &str, output: &ToolOutput) -> Failure {
    Failure::environment(format!("{name} failed: {}", report::clean(output.stderr.trim())))
}

/// One of Slurm's commands.
fn tool<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Result<ToolOutput, Failure> {
    let missing = |what: String| {
        Failure::environment(what).hint(
            "submit from a machine of the cluster, where Slurm's commands are on the PATH; \
             without --submit the script is only written",
        )
    };
    match run_tool(name, arguments, &[]) {
        Ok(Some(output)) => Ok(output),
        Ok(None) => Err(missing(format!("Slurm's command {name} is not on the PATH"))),
        Err(error) => Err(missing(format!("cannot start Slurm's command {name}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_path_stays_within_the_word() {
        assert_eq!(quoted(OsStr::new("/a'b c")), r"'/a'\''b c'");
    }
}
