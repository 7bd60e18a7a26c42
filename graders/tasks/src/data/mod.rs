//! Data for training, made from a seed: the same numbers on every machine, no file and no library of tensors.
//!
//! Each generator also says what can be known without learning (a bigram's loss, the accuracy of features alone), so
//! that a threshold can stand where only a trained model of the right kind comes to. Initial weights are made here too.

pub(crate) mod formal_language;
pub(crate) mod glyphs;
pub(crate) mod initial;
pub(crate) mod planted_partition;
pub(crate) mod two_boxes;
