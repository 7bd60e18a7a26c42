//! Convolutions in two dimensions, and networks of them.

pub(crate) mod accuracy_per_angle;
pub(crate) mod conv_net;
pub(crate) mod convolve2d;
pub(crate) mod oracle;
mod rotation_oracle;

#[cfg(test)]
mod tests;
