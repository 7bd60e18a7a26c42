//! Golden cases from the reference, and answers without understanding that none of them may accept.

pub mod baseline;
pub mod generate;
