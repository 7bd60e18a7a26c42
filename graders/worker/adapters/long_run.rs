//! `weights`, a stack of matrices, to `fate`: for each 0 where the state vanishes, 1 where it stays, 2 where it explodes.

use student::hidden_states::long_run;
use student::sequence_types::LongRun;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor) -> LongRun = long_run;

/// The adapter of `long_run`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "long_run", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = arguments.tensor("weights")?;
    let fate = |matrix| match long_run(&weights.get(matrix)) {
        LongRun::Vanishes => 0_i64,
        LongRun::Stays => 1,
        LongRun::Explodes => 2,
    };
    let fates: Vec<i64> = (0..weights.size()[0]).map(fate).collect();
    Ok(Returned::one("fate", arguments.values(&fates)))
}
