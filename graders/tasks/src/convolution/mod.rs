//! Convolutions in two dimensions, and networks of them.

pub(crate) mod accuracy_per_angle;
pub(crate) mod conv_net;
pub(crate) mod convolve2d;
pub(crate) mod plain;
mod rotation_plain;

#[cfg(test)]
mod tests;
