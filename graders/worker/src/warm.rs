//! Work that every child would repeat: done once, before the first fork, so that children inherit it. On a GPU it is done
//! in each child, before its first call, so that no call is charged with it.

use tch::{Device, Kind, Tensor};

/// Calls a few kernels of libtorch, all in this thread: a child with its first call takes 3.6 ms after it and 6.0 ms
/// without; more kernels than these gain nothing. Left out on purpose: anything that differentiates, because the
/// autograd engine refuses to work in a child once it has run in the parent. The generator of random numbers opens a device
/// when it is made, which a child may not.
pub(crate) fn up(device: Device) {
    tch::manual_seed(0);
    for kind in [Kind::Float, Kind::Double] {
        let matrix = Tensor::ones([4, 4], (kind, device));
        let product = matrix.matmul(&matrix).softmax(-1, kind);
        let _ = product.square().mean_dim(-1, true, None) + 1.0;
    }
}
