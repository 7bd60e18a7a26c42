//! The program `grade`.

mod arguments;
mod bank;
mod bench;
mod cache;
mod calibrate;
mod device;
mod doctor;
mod exit;
mod explain;
mod failure;
mod files;
mod fingerprints;
mod fingerprints_making;
mod grade;
mod grader;
mod gradescope;
mod interrupt;
mod judging;
mod kept;
mod kill_table;
mod kit;
mod kit_deviations;
mod kit_entries;
mod kit_names;
mod kit_scoring;
mod kit_table;
mod late;
mod mutate;
mod output;
mod place;
mod policy;
mod prepare;
mod protection;
mod reach;
mod regen;
mod regen_bank;
mod regen_device;
mod regen_review;
mod regen_staging;
mod release;
mod selection;
mod subject;
mod template;
mod template_command;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::device::Device;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grader::Grader;
use crate::output::Output;
use crate::place::Place;

fn main() -> ExitCode {
    // The grader starts itself again as the launcher of a submission; that way in is not part of the command line.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == sandbox::launch::SUBCOMMAND) {
        return sandbox::launch::launcher_main(words);
    }
    interrupt::watch();
    let output = Output::new();
    let code = match run(Arguments::parse(), &output) {
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
            output.line(&explain::explain(&options.subject)?);
            Ok(Exit::Done)
        }
        (Some(Command::Prepare { messages }), _) => prepare::prepare(&messages),
        (Some(Command::Template(options)), _) => {
            template_command::run(course("template")?.root(), options.check, output)
        }
        (Some(Command::Regen(options)), _) => {
            regen::refuse_nonsense(&options)?;
            course("regen")?;
            regen::regen(&open(options.device)?, &options, output)
        }
        (Some(Command::Bench(options)), _) => bench::bench(&Grader::open(Place::find()?)?, &options, output),
        (Some(Command::Calibrate(options)), _) => {
            calibrate::calibrate(&Grader::open(course("calibrate")?)?, &options, output)
        }
        (Some(Command::Doctor(options)), _) => doctor::doctor(&Grader::open(course("doctor")?)?, &options, output),
        (Some(Command::Mutate(options)), _) => mutate::mutate(&Grader::open(course("mutate")?)?, &options, output),
        (Some(Command::Kit(options)), _) => {
            course("kit")?;
            kit::kit(&open(options.device)?, &options, output)
        }
        (Some(Command::Gradescope(options)), _) => gradescope::gradescope(&Place::find()?, &options, output),
        (Some(Command::Completions { shell }), _) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "grade", &mut text);
            output.line(String::from_utf8_lossy(&text).trim_end());
            Ok(Exit::Done)
        }
        (Some(Command::Release(options)), _) => release::release(&Place::find()?, &options, output),
        (Some(Command::Watch(options)), _) => watch::watch(&open(options.device)?, &options, output),
        (None, Some(options)) => grade::grade(&open(options.device)?, &options, output),
        (None, None) => Err(Failure::usage("there is nothing to do").hint("grade --submission DIR, or grade --help")),
    }
}

/// The course's repository, for a command that students have no use for.
fn course(command: &str) -> Result<Place, Failure> {
    let place = Place::find()?;
    place.require_reference(&format!("grade {command}"))?;
    Ok(place)
}

/// The grader of this machine, on a device that it may lack.
fn open(device: Device) -> Result<Grader, Failure> {
    Grader::open(Place::find()?)?.on(device)
}
