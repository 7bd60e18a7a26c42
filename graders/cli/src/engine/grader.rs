//! Staging, building and starting submissions on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use judge::contract::Task;
use judge::contract::limits::Limits;
use judge::findings::{BeforeRun, Finding};
use judge::grading::judgement::{GradingContext, TaskJudgement};
use policy::Inspection;
use sandbox::build::{self, Built};
use sandbox::launch::Launcher;
use sandbox::stage::{self, StageError};
use sandbox::talk::{self, Settings, StartError, Worker};
use sandbox::toolkit::Toolkit;

use super::constants::OWN_LIMITS;
use super::device::{Cuda, Device};
use super::machine_limits;
use super::parallel::{Board, Step};
use super::prepared::{Prepared, left_out, rejected};
use super::program_cache::Shelf;
use super::result_cache::grader_hash;
use super::rules;
use super::staged::{Ground, Staged};
use super::worker_config::{RunConfig, WorkerConfig};
use super::worker_subject::{Answering, NoProgram, Running};
use crate::course_root::CourseRoot;
use crate::failure::Failure;
use crate::interrupt;
use crate::temporary;
use files::lay_over;

/// What a build makes of errors, and of `unsafe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuildMode {
    /// A file that does not compile is put out of the way: what is graded.
    Salvaging,
    /// The first error ends the build.
    Whole,
    /// As for what is graded, but `unsafe` compiles: attacks of ours.
    Unguarded,
}

/// What a report says of the sandbox where there was no need of one.
const NOTHING_RAN: &str = "not needed, since nothing of the submission was run";

/// Threads that judge one submission: each needs a worker of its own, and starting that costs 0.3 s of CPU time.
const MOST_THREADS: usize = 2;

/// What this machine grades with.
#[derive(Debug)]
pub(crate) struct Grader {
    course_root: CourseRoot,
    toolkit: Toolkit,
    launcher: Launcher,
    program: PathBuf,
    hash: String,
    cuda: Option<Cuda>,
}

impl Grader {
    /// Finds what is needed on this machine.
    pub(crate) fn open(course_root: CourseRoot) -> Result<Self, Failure> {
        let program =
            std::env::current_exe().map_err(|error| Failure::environment(format!("cannot find myself: {error}")))?;
        let path = toolkit_path(&program);
        let toolkit = Toolkit::load(&path)
            .map_err(|error| Failure::environment(error).hint("run ./scripts/build in the course's repository"))?;
        let launcher = Launcher::this().map_err(Failure::environment)?;
        let hash = grader_hash(&program, &path, &toolkit.adapters).map_err(Failure::environment)?;
        Ok(Self {
            course_root,
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
    pub(crate) fn course_root(&self) -> &CourseRoot {
        &self.course_root
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

    /// Where answers of the reference are kept.
    pub(crate) fn answers_folder(&self) -> PathBuf {
        self.program.with_file_name("grade-answers")
    }

    /// Where reviews of new golden files are kept that nobody has accepted yet.
    pub(crate) fn reviews_folder(&self) -> PathBuf {
        self.program.with_file_name("grade-reviews")
    }

    /// Copies a submission's sources into a fresh folder; an overlay's files take precedence.
    pub(crate) fn stage(&self, submission: &Path, overlay: Option<&Path>) -> Result<Staged, Failure> {
        self.stage_in(Ground::Own(temporary::folder()?), submission, overlay)
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
        let staged =
            stage::stage(source, &self.course_root.template(), &folder.path().join("src")).map_err(|error| {
                if error.is_ours() {
                    // A limit on the size of files is met here first.
                    let lacks = machine_limits::require().err();
                    return lacks.unwrap_or_else(|| temporary::unless_full(folder.path(), Failure::fault(error)));
                }
                let hint = match &error {
                    StageError::Archive(_) => {
                        "pack the crate again, as zip or tar.gz, with its sources only".to_owned()
                    }
                    StageError::SeveralCrates { path, crates, .. } if path.is_dir() => {
                        let one = crates.first().map_or("", String::as_str);
                        format!(
                            "name the one that counts, such as --submission {}",
                            path.join(one).display()
                        )
                    }
                    StageError::SeveralCrates { .. } => "pack the one that counts, and no other".to_owned(),
                    StageError::NoCrate { path, .. } if path.is_file() => {
                        "pack the folder of the crate, with `src` in it".to_owned()
                    }
                    _ => "name a crate with `src`, such as a copy of student_template".to_owned(),
                };
                Failure::usage(&error).hint(hint)
            })?;
        Ok(Staged {
            folder,
            sources: staged,
            compile_seconds: (OWN_LIMITS.compile_seconds, OWN_LIMITS.all_compile_seconds()),
        })
    }

    /// Builds a staged submission for these tasks.
    pub(crate) fn build(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.compile(staged, wanted, BuildMode::Salvaging)
    }

    /// Builds a staged submission as it is; what the compiler says where anything in it does not compile.
    pub(crate) fn build_whole(
        &self,
        staged: Staged,
        wanted: &[&'static Task],
    ) -> Result<Result<Prepared, String>, Failure> {
        Ok(self.compile(staged, wanted, BuildMode::Whole)?.whole())
    }

    /// Builds many submissions of ours in one program; what the compiler says where anything in it does not compile. Each
    /// of them has been looked at on its own for what it may not use.
    pub(crate) fn build_joint(
        &self,
        staged: Staged,
        wanted: &[&'static Task],
    ) -> Result<Result<Prepared, String>, Failure> {
        let prepared = self.build_inspected(staged, &Inspection::default(), wanted, BuildMode::Whole)?;
        Ok(prepared.whole())
    }

    /// Builds a staged submission for these tasks, or takes the program that an earlier grading of the same sources has
    /// built.
    pub(crate) fn build_once(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        let inspection = inspect(&staged)?;
        let shelf = Shelf::of(self, &staged, wanted);
        machine_limits::require()?;
        // Files that the compiler is not given take their tasks with them: that is for a build to say.
        let kept = inspection.set_aside.is_empty().then(|| shelf.take(staged.folder()));
        if let Some(program) = kept.flatten() {
            let built = Built {
                program: Some(program),
                ..Built::default()
            };
            return Ok(prepared(staged.folder, staged.sources.hash, &inspection, built, wanted));
        }
        let prepared = self.build_inspected(staged, &inspection, wanted, BuildMode::Salvaging)?;
        if prepared.is_whole
            && let Some(program) = prepared.program()
        {
            shelf.keep(program);
        }
        Ok(prepared)
    }

    fn compile(&self, staged: Staged, wanted: &[&'static Task], mode: BuildMode) -> Result<Prepared, Failure> {
        let inspection = inspect(&staged)?;
        self.build_inspected(staged, &inspection, wanted, mode)
    }

    /// Builds an attack of ours past the policy, `unsafe` included: for `grade doctor`, which has to see that the sandbox
    /// holds by itself. Nothing that is graded comes this way.
    pub(crate) fn build_unguarded(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.build_inspected(staged, &Inspection::default(), wanted, BuildMode::Unguarded)
    }

    fn build_inspected(
        &self,
        staged: Staged,
        inspection: &Inspection,
        wanted: &[&'static Task],
        mode: BuildMode,
    ) -> Result<Prepared, Failure> {
        let Staged {
            folder,
            sources,
            compile_seconds,
        } = staged;
        // Not before: what cannot be read is told with the little that reading takes.
        machine_limits::require()?;
        let ids: Vec<&str> = wanted.iter().map(|task| task.id).collect();
        let request = build::Request {
            toolkit: &self.toolkit,
            launcher: &self.launcher,
            staged: &sources,
            template: &self.course_root.template(),
            tasks: &ids,
            home: |id| tasks::find(id).map(|task| task.file),
            set_aside: &inspection.set_aside,
            allows_unsafe: mode == BuildMode::Unguarded,
            whole: mode == BuildMode::Whole,
            cpu_seconds: compile_seconds.0.into(),
            all_cpu_seconds: compile_seconds.1.into(),
            output: &folder.path().join("build"),
        };
        let built =
            build::build(&request).map_err(|error| temporary::unless_full(folder.path(), Failure::fault(error)))?;
        interrupt::check()?;
        Ok(prepared(folder, sources.hash, inspection, built, wanted))
    }

    /// Stages and builds the reference.
    pub(crate) fn prepare_reference(&self, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.own(self.stage(&self.course_root.reference(), None)?, wanted)
    }

    /// Stages and builds files laid over the reference.
    pub(crate) fn prepare_overlay(&self, overlay: &Path, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        self.own(self.stage(&self.course_root.reference(), Some(overlay))?, wanted)
    }

    /// Builds something of ours, which must compile.
    pub(crate) fn own(&self, staged: Staged, wanted: &[&'static Task]) -> Result<Prepared, Failure> {
        let prepared = self.build(staged, wanted)?;
        match prepared.rejected.iter().next() {
            None => Ok(prepared),
            Some((task, Finding::BeforeRun(BeforeRun::DidNotCompile(error)))) => Err(Failure::fault(format!(
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
        setting: &WorkerConfig,
        reference: Option<&'a dyn Answering>,
    ) -> Result<Running<'a>, Failure> {
        Ok(Running::new(
            self.start_worker(prepared, setting, OWN_LIMITS)?,
            reference,
        ))
    }

    /// Starts something of ours without a sandbox, to see what the sandbox costs.
    pub(crate) fn start_unconfined(&self, program: &Path) -> Result<Running<'static>, Failure> {
        let settings = self.settings(&WorkerConfig::default(), OWN_LIMITS).unconfined();
        let worker = Worker::start(program, settings).map_err(Failure::fault)?;
        Ok(Running::new(worker, None))
    }

    /// Starts a worker of a submission, with the limits of its assignment.
    pub(crate) fn start_worker(
        &self,
        prepared: &Prepared,
        setting: &WorkerConfig,
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

    fn settings(&self, setting: &WorkerConfig, limits: Limits) -> Settings {
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
        match &self.cuda {
            None => settings,
            Some(cuda) => cuda.apply(settings),
        }
    }

    /// Judges a submission that has been built; tasks are given with parts first.
    pub(crate) fn judge_prepared(
        &self,
        prepared: &Prepared,
        context: &GradingContext<'_>,
        ordered: &[&Task],
        reference: Option<&dyn Answering>,
        run_config: &RunConfig,
        told: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<(Vec<TaskJudgement>, Vec<String>), Failure> {
        let board = Board::new(context, ordered, prepared, told);
        let left = ordered
            .iter()
            .filter(|task| !prepared.standing.contains_key(task.id))
            .count();
        if prepared.program.is_none() || left == 0 {
            let judgements = board.judge(0, &|| Ok(NoProgram), || Ok(NoProgram))?;
            return Ok((judgements, vec![NOTHING_RAN.to_owned()]));
        }
        let mut sandbox_status = Vec::new();
        let start = || self.start_worker(prepared, &run_config.setting, context.assignment.limits);
        let own = || {
            let worker = start()?;
            sandbox_status = worker
                .sandbox_status()
                .map(|sandbox_status| sandbox_status.lines())
                .unwrap_or_default();
            Ok(Running::new(worker, reference))
        };
        let helpers = run_config.threads.min(left).saturating_sub(1);
        let helper = || Ok(Running::new(start()?, reference));
        let judgements = board.judge(helpers, &helper, own)?;
        interrupt::check()?;
        Ok((judgements, sandbox_status))
    }

    /// How a submission is judged that has the machine to itself. A GPU is not shared: each worker would set up
    /// CUDA for itself.
    pub(crate) fn run_config(&self) -> RunConfig {
        let threads = match self.cuda {
            None => thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
            Some(_) => 1,
        };
        RunConfig {
            threads,
            setting: WorkerConfig::default(),
        }
    }
}

/// What the policy says of the sources.
fn inspect(staged: &Staged) -> Result<Inspection, Failure> {
    rules::inspect(&staged.sources).map_err(|error| Failure::fault(format!("cannot read the staged sources: {error}")))
}

/// What a build has made of a submission.
fn prepared(folder: Ground, hash: String, inspection: &Inspection, built: Built, wanted: &[&'static Task]) -> Prepared {
    Prepared {
        rejected: rejected(inspection, &built, wanted),
        standing: BTreeMap::new(),
        costs: (built.compile, built.link),
        is_whole: built.files.is_empty() && built.signatures.is_empty() && !built.took_too_long,
        took_too_long: built.took_too_long,
        program: built.program,
        _folder: Some(folder),
        notes: left_out(inspection),
        hash,
    }
}

/// Where `scripts/build` has the toolkit noted: beside the program.
pub(crate) fn toolkit_path(program: &Path) -> PathBuf {
    program.with_file_name("toolkit.json")
}
