//! The program `grade`.

mod arguments;
mod bank;
mod bench;
mod cache;
mod calibrate;
mod device;
mod exit;
mod explain;
mod failure;
mod fingerprints;
mod fingerprints_making;
mod grade;
mod grader;
mod judging;
mod kit;
mod kit_deviations;
mod kit_entries;
mod kit_names;
mod kit_table;
mod output;
mod place;
mod policy;
mod prepare;
mod reach;
mod regen;
mod regen_device;
mod selection;
mod subject;
mod template;
mod template_command;

use std::process::ExitCode;

use clap::Parser;

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
    let output = Output::new();
    match run(Arguments::parse(), &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.error(&failure.to_string());
            failure.exit.into()
        }
    }
}

fn run(arguments: Arguments, output: &Output) -> Result<Exit, Failure> {
    match (arguments.command, arguments.grade) {
        (Some(Command::Explain(options)), _) => {
            output.line(&explain::explain(&options.subject)?);
            Ok(Exit::Done)
        }
        (Some(Command::Prepare { messages }), _) => prepare::prepare(&messages),
        (Some(Command::Template(options)), _) => template_command::run(Place::find()?.root(), options.check, output),
        (Some(Command::Regen(options)), _) => {
            regen::refuse_nonsense(&options)?;
            regen::regen(&open(options.device)?, &options, output)
        }
        (Some(Command::Bench(options)), _) => bench::bench(&Grader::open(Place::find()?)?, &options, output),
        (Some(Command::Calibrate), _) => calibrate::calibrate(&Grader::open(Place::find()?)?, output),
        (Some(Command::Kit(options)), _) => kit::kit(&open(options.device)?, &options, output),
        (None, Some(options)) => grade::grade(&open(options.device)?, &options, output),
        (None, None) => Err(Failure::usage("there is nothing to do").hint("grade --submission DIR, or grade --help")),
    }
}

/// The grader of this machine, on a device that it may lack.
fn open(device: Device) -> Result<Grader, Failure> {
    Grader::open(Place::find()?)?.on(device)
}
