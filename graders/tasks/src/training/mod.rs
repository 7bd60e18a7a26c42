//! Tasks that train, and what measures a training.

pub(crate) mod border_experiment;
pub(crate) mod measures;
pub(crate) mod train_gpt;
pub(crate) mod train_graph;
