//! The program `grade`.

mod arguments;
mod author;
mod course;
mod course_root;
mod engine;
mod exit;
mod failure;
mod interrupt;
mod machine;
mod names;
mod output;
mod selection;
mod student;
mod temporary;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::author::{calibrate, mutate, new_task, regen, self_test, template};
use crate::course::{class, gradescope, release};
use crate::course_root::CourseRoot;
use crate::engine::Grader;
use crate::engine::device::Device;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::machine::{bench, doctor, prepare};
use crate::output::Output;
use crate::student::{completions, explain, grade, init, watch};

fn main() -> ExitCode {
    // The grader starts itself again as the launcher of a submission; that way in is not part of the command line.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == sandbox::launch::SUBCOMMAND) {
        return sandbox::launch::launcher_main(words);
    }
    interrupt::watch();
    temporary::settle();
    let output = Output::new();
    let code = match run(Arguments::parse(), &output).and_then(|exit| output.check().map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.error(&failure.to_string());
            failure.exit.into()
        }
    };
    interrupt::exit_code().map_or(code, ExitCode::from)
}

fn run(arguments: Arguments, output: &Output) -> Result<Exit, Failure> {
    match (arguments.command, arguments.grade) {
        (Some(Command::Explain(options)), _) => {
            // What a task is can be told without the course's files, apart from its instructions.
            output.line(&explain::explain(&options.subject, CourseRoot::find().ok().as_ref())?);
            Ok(Exit::Done)
        }
        (Some(Command::Prepare { messages }), _) => prepare::prepare(&messages),
        (Some(Command::Template(options)), _) => {
            template::command::run(course("template")?.root(), options.check, output)
        }
        (Some(Command::Regen(options)), _) => {
            regen::refuse_nonsense(&options)?;
            course("regen")?;
            regen::regen(&open(options.device)?, &options, output)
        }
        (Some(Command::Bench(options)), _) => bench::bench(&Grader::open(CourseRoot::find()?)?, &options, output),
        (Some(Command::Calibrate(options)), _) => {
            calibrate::calibrate(&Grader::open(course("calibrate")?)?, &options, output)
        }
        (Some(Command::Doctor(options)), _) => doctor::doctor(&Grader::open(course("doctor")?)?, &options, output),
        (Some(Command::Mutate(options)), _) => mutate::mutate(&Grader::open(course("mutate")?)?, &options, output),
        (Some(Command::SelfTest(options)), _) => {
            course("self-test")?;
            self_test::self_test(&open(options.device)?, &options, output)
        }
        (Some(Command::NewTask(options)), _) => new_task::new_task(&course("new-task")?, &options, output),
        (Some(Command::Class(options)), _) => class::class(&options.command, output),
        (Some(Command::Gradescope(options)), _) => gradescope::gradescope(&CourseRoot::find()?, &options, output),
        (Some(Command::Completions { shell }), _) => {
            output.line(completions::of(shell, &mut Arguments::command()).trim_end());
            Ok(Exit::Done)
        }
        (Some(Command::Init(options)), _) => init::init(&CourseRoot::find()?, &options, output),
        (Some(Command::Release(options)), _) => release::release(&CourseRoot::find()?, &options, output),
        (Some(Command::Watch(options)), _) => watch::watch(&open(options.device)?, &options, output),
        (None, Some(options)) => grade::grade(|| open(options.device), &options, output),
        (None, None) => Err(Failure::usage("there is nothing to do").hint("grade --submission DIR, or grade --help")),
    }
}

/// The course's repository, for a command that students have no use for.
fn course(command: &str) -> Result<CourseRoot, Failure> {
    let place = CourseRoot::find()?;
    place.require_reference(&format!("grade {command}"))?;
    Ok(place)
}

/// The grader of this machine, on a device that it may lack.
fn open(device: Device) -> Result<Grader, Failure> {
    Grader::open(CourseRoot::find()?)?.on(device)
}
