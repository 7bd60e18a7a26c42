//! The parts of a GPT and the whole: norms, blocks, tokens, generation.

pub(crate) mod char_tokenizer;
pub(crate) mod decoder_block;
pub(crate) mod generate;
pub(crate) mod gpt_forward;
pub(crate) mod inputs;
pub(crate) mod oracle;
pub(crate) mod rms_norm;
