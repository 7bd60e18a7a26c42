//! The contract of the tasks on sequences (Problem Set 3): neurons, recurrent cells, beam search, encoder and decoder.
//!
//! This file is given. It is put in place anew whenever a submission is graded, so a change here has no effect.
