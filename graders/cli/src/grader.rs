//! The machine room: staging, building and starting submissions on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use judge::assignment::Limits;
use judge::finding::{CompileError, Finding};
use judge::judgement::{Bench, TaskJudgement};
use judge::task::Task;
use sandbox::build::{self, Built, Stop};
use sandbox::launch::Launcher;
use sandbox::policy::Inspection;
use sandbox::stage::{self, Note, StageError};
use sandbox::talk::{self, Settings, StartError, Worker};
use sandbox::toolkit::Toolkit;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::cache::grader_hash;
use crate::device::{Cuda, Device};
use crate::failure::Failure;
use crate::interrupt;
use crate::judging::Board;
use crate::mutate::CHOICE;
use crate::place::Place;
use crate::policy;
use crate::subject::Absent;
pub(crate) use crate::subject::{Reference, Running};

/// The libtorch that this program is made for.
pub(crate) const LIBTORCH_VERSION: &str = "2.11.0";

/// How a worker is set up. Anything but the usual is for calibration and for the kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Threads of libtorch.
    pub(crate) threads: u32,
    /// Whether wide vector instructions are used where the processor has them.
    pub(crate) vectors: bool,
    /// Which of the mutants in a program answers.
    pub(crate) mutant: Option<usize>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            threads: 1,
            vectors: true,
            mutant: None,
        }
    }
}

impl Setting {
    /// All settings under which correct code must be accepted.
    pub(crate) fn variants() -> Vec<Self> {
        let both = |threads| {
            [true, false].map(|vectors| Self {
                threads,
                vectors,
                mutant: None,
            })
        };
        [1, 2].into_iter().flat_map(both).collect()
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = if self.threads == 1 {
            "1 thread".to_owned()
        } else {
            format!("{} threads", self.threads)
        };
        let vectors = if self.vectors {
            "wide vectors"
        } else {
            "no wide vectors"
        };
        write!(formatter, "{threads}, {vectors}")
    }
}

/// How a submission is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manner {
    /// How many threads of the grader share the tasks, each with a worker of its own.
    pub(crate) threads: usize,
    /// How the workers are set up.
    pub(crate) setting: Setting,
}

/// What a build makes of errors, and of `unsafe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// A file that does not compile is put out of the way: what is graded.
    Salvaging,
    /// The first error ends the build.
    Whole,
    /// As for what is graded, but `unsafe` compiles: attacks of ours.
    Unguarded,
}

/// Limits of a reference that answers for parts or makes goldens: generous, since it is ours.
pub(crate) const OWN_LIMITS: Limits = Limits {
    cpu_seconds: 60.0,
    memory_mib: 8192,
    timeouts_per_task: 1,
};

/// Threads that judge one submission: each needs a worker of its own, and starting that costs 0.3 s of CPU time.
const MOST_THREADS: usize = 2;

/// What this machine grades with.
#[derive(Debug)]
pub(crate) struct Grader {
    place: Place,
    toolkit: Toolkit,
    launcher: Launcher,
    program: PathBuf,
    hash: String,
    cuda: Option<Cuda>,
}

/// Where a submission is copied to and built.
#[derive(Debug)]
enum Ground {
    /// Removed when the submission is no longer needed.
    Own(TempDir),
    /// Somebody else's, who has more to build there.
    Lent(PathBuf),
}

impl Ground {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Lent(folder) => folder,
        }
    }
}

/// A submission whose sources have been copied.
#[derive(Debug)]
pub(crate) struct Staged {
    folder: Ground,
    staged: stage::Staged,
}

impl Staged {
    /// The assignment that the submission's manifest names.
    pub(crate) fn assignment(&self) -> Option<&str> {
        self.staged.assignment.as_deref()
    }

    /// SHA-256 of the sources.
    pub(crate) fn hash(&self) -> &str {
        &self.staged.hash
    }

    /// The folder that holds the copy and whatever is built from it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the sources.
    pub(crate) fn source(&self) -> &Path {
        &self.staged.source
    }
}

/// A submission that has been built.
#[derive(Debug)]
pub(crate) struct Prepared {
    // Holds the program. None: the program is kept.
    _folder: Option<Ground>,
    program: Option<PathBuf>,
    /// Tasks that cannot be judged by running them, and why.
    precluded: BTreeMap<&'static str, Finding>,
    hash: String,
    notes: Vec<String>,
}

impl Prepared {
    /// A program of ours that was built before, for all tasks.
    pub(crate) fn kept(program: PathBuf, hash: String) -> Self {
        Self {
            _folder: None,
            program: Some(program),
            precluded: BTreeMap::new(),
            hash,
            notes: Vec::new(),
        }
    }

    /// The program, where there is one.
    pub(crate) fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// SHA-256 of the sources.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether a task can be judged by running it.
    pub(crate) fn runs(&self, task: &str) -> bool {
        self.program.is_some() && !self.precluded.contains_key(task)
    }

    /// What a student should know about how the submission was read.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The tasks whose file or signature the compiler does not accept.
    pub(crate) fn not_compiled(&self) -> BTreeSet<&'static str> {
        let of_compiler = |(_, finding): &(&&'static str, &Finding)| matches!(finding, Finding::DidNotCompile(_));
        self.precluded
            .iter()
            .filter(of_compiler)
            .map(|(task, _)| *task)
            .collect()
    }
}

impl Grader {
    /// Finds what is needed on this machine.
    pub(crate) fn open(place: Place) -> Result<Self, Failure> {
        let program =
            std::env::current_exe().map_err(|error| Failure::environment(format!("cannot find myself: {error}")))?;
        let path = toolkit_path(&program);
        let toolkit = Toolkit::load(&path)
            .map_err(|error| Failure::environment(error).hint("run ./scripts/build in the course's repository"))?;
        let launcher = Launcher::this().map_err(Failure::environment)?;
        let hash = grader_hash(&program, &path, &toolkit.adapters).map_err(Failure::environment)?;
        Ok(Self {
            place,
            toolkit,
            launcher,
            program,
            hash,
            cuda: None,
        })
    }

    /// The same grader with submissions computing on `device`, where this machine has what that needs.
    pub(crate) fn on(self, device: Device) -> Result<Self, Failure> {
        let cuda = match device {
            Device::Cpu => None,
            Device::Cuda => Some(Cuda::find(&self.toolkit.libtorch)?),
        };
        Ok(Self { cuda, ..self })
    }

    /// Where submissions compute.
    pub(crate) fn device(&self) -> &'static str {
        match self.cuda {
            None => "cpu",
            Some(_) => "cuda",
        }
    }

    /// Where the course's files are.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Where the code is that calls the tasks' functions.
    pub(crate) fn adapters(&self) -> &Path {
        &self.toolkit.adapters
    }

    /// A hash of this grader.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Where results are kept.
    pub(crate) fn results_folder(&self) -> PathBuf {
        self.program.with_file_name("grade-results")
    }

    /// Where programs of ours are kept.
    pub(crate) fn programs_folder(&self) -> PathBuf {
        self.program.with_file_name("grade-programs")
    }

    /// Copies a submission's sources into a fresh folder; an overlay's files take precedence.
    pub(crate) fn stage(&self, submission: &Path, overlay: Option<&Path>) -> Result<Staged, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("grade-")
            .tempdir()
            .map_err(|error| Failure::fault(format!("cannot make a temporary folder: {error}")))?;
        self.stage_in(Ground::Own(folder), submission, overlay)
    }

    /// The same in a folder in which the caller has more to build, one after the other: the sources of the one before
    /// make room, what its build has left stays.
    pub(crate) fn stage_at(&self, folder: &Path, submission: &Path, overlay: &Path) -> Result<Staged, Failure> {
        for before in ["merged", "src"].map(|name| folder.join(name)) {
            if before.exists() {
                fs::remove_dir_all(&before).map_err(Failure::fault)?;
            }
        }
        self.stage_in(Ground::Lent(folder.to_owned()), submission, Some(overlay))
    }

    fn stage_in(&self, folder: Ground, submission: &Path, overlay: Option<&Path>) -> Result<Staged, Failure> {
        let merged = folder.path().join("merged");
        let source = match overlay {
            None => submission,
            Some(overlay) => {
                for layer in [submission, overlay] {
                    lay_over(&layer.join("src"), &merged.join("src"))
                        .map_err(|error| Failure::fault(format!("cannot copy {}: {error}", layer.display())))?;
                }
                &merged
            }
        };
        let staged = stage::stage(source, &self.place.template(), &folder.path().join("src")).map_err(|error| {
            if error.is_ours() {
                return Failure::fault(error);
            }
            Failure::usage(&error).hint(match error {
                StageError::Archive(_) => "pack the crate anew, as zip or tar.gz, with its sources only",
                _ => "name a crate with `src`, such as a copy of student_template",
            })
        })?;
        Ok(Staged { folder, staged })
    }

    /// Builds a staged submission for these tasks.
    pub(crate) fn build(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.compile(staged, wanted, Care::Salvaging)
    }

    /// Builds a staged submission as it is; what the compiler says where anything in it does not compile.
    pub(crate) fn build_whole(
        &self,
        staged: Staged,
        wanted: &[&'static Task],
    ) -> Result<Result<Prepared, String>, Failure> {
        let prepared = self.compile(staged, wanted, Care::Whole)?;
        if prepared.program.is_some() {
            return Ok(Ok(prepared));
        }
        let rendered = prepared.precluded.values().find_map(|finding| match finding {
            Finding::DidNotCompile(error) => Some(error.rendered.clone()),
            _ => None,
        });
        Ok(Err(rendered.unwrap_or_default()))
    }

    fn compile(&self, staged: Staged, wanted: &[&'static Task], care: Care) -> Result<Prepared, Failure> {
        let Staged { folder, staged } = staged;
        let inspection = sandbox::policy::inspect(&staged, &policy::rules())
            .map_err(|error| Failure::fault(format!("cannot read the staged sources: {error}")))?;
        self.build_inspected(Staged { folder, staged }, &inspection, wanted, care)
    }

    /// Builds an attack of ours past the policy, `unsafe` included: for `grade doctor`, which has to see that the sandbox
    /// holds by itself. Nothing that is graded comes this way.
    pub(crate) fn build_unguarded(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.build_inspected(staged, &Inspection::default(), wanted, Care::Unguarded)
    }

    fn build_inspected(
        &self,
        staged: Staged,
        inspection: &Inspection,
        wanted: &[&'static Task],
        care: Care,
    ) -> Result<Prepared, Failure> {
        let Staged { folder, staged } = staged;
        let ids: Vec<&str> = wanted.iter().map(|task| task.id).collect();
        let request = build::Request {
            toolkit: &self.toolkit,
            launcher: &self.launcher,
            staged: &staged,
            template: &self.place.template(),
            tasks: &ids,
            set_aside: &inspection.set_aside,
            allows_unsafe: care == Care::Unguarded,
            whole: care == Care::Whole,
            output: &folder.path().join("build"),
        };
        let built = build::build(&request).map_err(Failure::fault)?;
        interrupt::check()?;
        Ok(Prepared {
            precluded: precluded(inspection, &built, wanted),
            program: built.program,
            _folder: Some(folder),
            notes: notes(&staged, inspection, wanted),
            hash: staged.hash,
        })
    }

    /// Stages and builds the reference.
    pub(crate) fn prepare_reference(&self, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.own(self.stage(&self.place.reference(), None)?, wanted)
    }

    /// Stages and builds files laid over the reference.
    pub(crate) fn prepare_overlay(&self, overlay: &Path, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.own(self.stage(&self.place.reference(), Some(overlay))?, wanted)
    }

    /// Builds something of ours, which must compile.
    pub(crate) fn own(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        let prepared = self.build(staged, wanted)?;
        match prepared.precluded.iter().next() {
            None => Ok(prepared),
            Some((task, Finding::DidNotCompile(error))) => Err(Failure::fault(format!(
                "`{task}` does not compile: {}:\n{}",
                error.file, error.rendered
            ))),
            Some((task, finding)) => Err(Failure::fault(format!("`{task}` cannot be run: {finding:?}"))),
        }
    }

    /// Starts something of ours; its answers are used, not judged.
    pub(crate) fn start<'a>(
        &self,
        prepared: &Prepared,
        setting: &Setting,
        reference: Option<&'a Reference<'a>>,
    ) -> Result<Running<'a>, Failure> {
        Ok(Running::new(
            self.start_worker(prepared, setting, OWN_LIMITS)?,
            reference,
        ))
    }

    /// Starts something of ours without a sandbox, to see what the sandbox costs.
    pub(crate) fn start_unconfined(&self, program: &Path) -> Result<Running<'static>, Failure> {
        let settings = self.settings(&Setting::default(), OWN_LIMITS).unconfined();
        let worker = Worker::start(program, settings).map_err(Failure::fault)?;
        Ok(Running::new(worker, None))
    }

    /// Starts a worker of a submission, with the limits of its assignment.
    pub(crate) fn start_worker(
        &self,
        prepared: &Prepared,
        setting: &Setting,
        limits: Limits,
    ) -> Result<Worker, Failure> {
        let program = prepared
            .program
            .as_deref()
            .ok_or_else(|| Failure::fault("there is no program to start"))?;
        Worker::start(program, self.settings(setting, limits)).map_err(|error| match (&error, &self.cuda) {
            (StartError::Cuda(trouble), Some(cuda)) => cuda.trouble(trouble),
            (StartError::Unconfined(_), _) => Failure::environment(error)
                .hint("something around the grader filters what it may do; `grade doctor` lists what there is"),
            _ => Failure::fault(error),
        })
    }

    fn settings(&self, setting: &Setting, limits: Limits) -> Settings {
        let mut settings = Settings::new(self.launcher.clone());
        settings.libraries.push(self.toolkit.libtorch.clone());
        settings.limits = talk::Limits {
            cpu_seconds: limits.cpu_seconds,
            memory_mib: limits.memory_mib,
            ..talk::Limits::default()
        };
        let mut set = |name: &str, value: String| settings.environment.insert(name.to_owned(), value);
        if setting.threads > 1 {
            set("OMP_NUM_THREADS", setting.threads.to_string());
            set("MKL_NUM_THREADS", setting.threads.to_string());
        }
        if !setting.vectors {
            set("ATEN_CPU_CAPABILITY", "default".to_owned());
            set("ONEDNN_MAX_CPU_ISA", "SSE41".to_owned());
        }
        if let Some(mutant) = setting.mutant {
            set(CHOICE, mutant.to_string());
        }
        match &self.cuda {
            None => settings,
            Some(cuda) => cuda.apply(settings),
        }
    }

    /// Judges a submission that has been built; tasks are given with parts first.
    pub(crate) fn judge_prepared(
        &self,
        prepared: &Prepared,
        bench: &Bench<'_>,
        ordered: &[&Task],
        reference: &Reference<'_>,
        manner: &Manner,
        progress: &(dyn Fn(&Task) + Sync),
    ) -> Result<(Vec<TaskJudgement>, Vec<String>), Failure> {
        let board = Board::new(bench, ordered, &prepared.precluded, progress);
        if prepared.program.is_none() {
            return Ok((board.judge(0, &|| Ok(Absent), || Ok(Absent))?, Vec::new()));
        }
        let mut in_force = Vec::new();
        let start = || self.start_worker(prepared, &manner.setting, bench.assignment.limits);
        let own = || {
            let worker = start()?;
            in_force = worker.in_force().map(|in_force| in_force.lines()).unwrap_or_default();
            Ok(Running::new(worker, reference.at_hand()))
        };
        let helpers = manner.threads.min(ordered.len()).saturating_sub(1);
        let helper = || Ok(Running::new(start()?, reference.at_hand()));
        let judgements = board.judge(helpers, &helper, own)?;
        interrupt::check()?;
        Ok((judgements, in_force))
    }

    /// How a submission is judged that has the machine to itself. A GPU is not shared: each worker would set up
    /// CUDA for itself.
    pub(crate) fn manner(&self) -> Manner {
        let threads = match self.cuda {
            None => thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
            Some(_) => 1,
        };
        Manner {
            threads,
            setting: Setting::default(),
        }
    }
}

/// Copies a folder's files over another's.
fn lay_over(source: &Path, target: &Path) -> std::io::Result<()> {
    for entry in WalkDir::new(source) {
        let entry = entry?;
        let Ok(relative) = entry.path().strip_prefix(source) else {
            continue;
        };
        let path = target.join(relative);
        if entry.file_type().is_dir() {
            fs::create_dir_all(path)?;
        } else {
            fs::copy(entry.path(), path)?;
        }
    }
    Ok(())
}

/// Where `scripts/build` has the toolkit noted: beside the program.
pub(crate) fn toolkit_path(program: &Path) -> PathBuf {
    program.with_file_name("toolkit.json")
}

/// What a student should know. That a file is missing concerns only whoever has tasks in it: the template holds the
/// files of every assignment.
fn notes(staged: &stage::Staged, inspection: &Inspection, wanted: &[&Task]) -> Vec<String> {
    let left_out = |file: &String| format!("`{file}` is left out: its brackets are nested too deeply to be read");
    let concerns = |note: &&Note| match note {
        Note::FromTemplate { file } => wanted.iter().any(|task| task.file == file),
        Note::Replaced { .. } | Note::Ignored { .. } | Note::BrokenManifest { .. } => true,
    };
    let notes = staged.notes.iter().filter(concerns).map(ToString::to_string);
    notes.chain(inspection.set_aside.iter().map(left_out)).collect()
}

/// The tasks that are not run, each with what the policy or the compiler says.
fn precluded(inspection: &Inspection, built: &Built, wanted: &[&'static Task]) -> BTreeMap<&'static str, Finding> {
    let mut found = BTreeMap::new();
    for task in wanted {
        if let Some(finding) = policy::finding(inspection, built, task) {
            found.insert(task.id, finding);
            continue;
        }
        let stop = built.stop.as_ref().map(|stop| stopped(stop, task));
        let file = built
            .files
            .iter()
            .find(|failure| failure.file == task.file)
            .map(|failure| CompileError {
                file: failure.file.clone(),
                line: Some(failure.line),
                code: failure.code.clone(),
                message: failure.message.clone(),
                rendered: failure.rendered.clone(),
                expected: None,
            });
        let signature = built
            .signatures
            .iter()
            .find(|failure| failure.task == task.id)
            .map(|failure| CompileError {
                file: task.file.to_owned(),
                line: None,
                code: None,
                message: format!("the signature of `{}` is not the expected one", task.id),
                rendered: failure.rendered.clone(),
                expected: Some(failure.expected.clone()),
            });
        if let Some(error) = file.or(signature).or(stop) {
            found.insert(task.id, Finding::DidNotCompile(error));
        }
    }
    found
}

/// A build that came to nothing, as every task's compile error.
fn stopped(stop: &Stop, task: &Task) -> CompileError {
    let (message, rendered) = match stop {
        Stop::Errors { rendered } => (
            "errors that no single file can be charged with".to_owned(),
            rendered.clone(),
        ),
        Stop::TimedOut => ("the compiler took longer than it may".to_owned(), String::new()),
        Stop::OutOfMemory => ("the compiler needed more memory than it may".to_owned(), String::new()),
        Stop::Crashed { .. } => ("the compiler broke down on this submission".to_owned(), String::new()),
    };
    CompileError {
        file: task.file.to_owned(),
        line: None,
        code: None,
        message,
        rendered,
        expected: None,
    }
}
