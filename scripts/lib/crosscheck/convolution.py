"""Convolutions and the two nets (Assignment 2, part 1)."""

import numpy
import torch
from torch import Tensor, nn

from registry import Tensors, recomputes

VALID, SAME, FULL = 0, 1, 2
# The modes that take an amount, by their number, with PyTorch's names and with NumPy's.
MODES = {3: "reflect", 4: "replicate", 5: "circular"}
NUMPY_MODES = {3: "reflect", 4: "edge", 5: "wrap"}
STRIDES = (1, 2, 2, 2)


def borders(inputs: Tensors, side: int) -> int:
    """How many rows (or columns) each border gets, for a kernel with `side` of them."""
    return {VALID: 0, SAME: (side - 1) // 2, FULL: side - 1}.get(int(inputs["padding"]), int(inputs["amount"]))


@recomputes("convolve2d", "NumPy: `numpy.pad`, the definition's sum over the kernel's entries")
def convolve2d(inputs: Tensors) -> Tensors:
    """f(y, x) = sum over i, j of kernel(i, j) image(y - i, x - j): the entry (0, 0) meets the pixel furthest on."""
    kernel = inputs["kernel"].numpy()
    widths = [(borders(inputs, side),) * 2 for side in kernel.shape]
    image = numpy.pad(inputs["image"].numpy(), widths, mode=NUMPY_MODES.get(int(inputs["padding"]), "constant"))
    height, width = (whole - side + 1 for whole, side in zip(image.shape, kernel.shape))
    output = numpy.zeros((height, width))
    for (i, j), entry in numpy.ndenumerate(kernel):
        top, left = kernel.shape[0] - 1 - i, kernel.shape[1] - 1 - j
        output += entry * image[top : top + height, left : left + width]
    return {"output": torch.from_numpy(output)}


@recomputes("conv_net", "`nn.Conv2d` with its padding modes, `nn.AdaptiveMaxPool2d` or `nn.Flatten`, `nn.Linear`")
def conv_net(inputs: Tensors) -> Tensors:
    layers: list[nn.Module] = []
    for number, stride in enumerate(STRIDES, start=1):
        layers += [convolution(inputs[f"kernel_{number}"], stride, inputs), nn.ReLU()]
    # The first net pools, the second has a hidden layer, without an activation after it.
    second = "hidden_weight" in inputs
    layers += [nn.Flatten()] if second else [nn.AdaptiveMaxPool2d(1), nn.Flatten()]
    layers += [linear(inputs, "hidden")] if second else []
    layers += [linear(inputs, "classifier")]
    with torch.no_grad():
        return {"scores": nn.Sequential(*layers)(inputs["images"])}


@recomputes("accuracy_per_angle", "NumPy: nearest neighbour in the complex plane; the net of `conv_net`, `numpy.mean`")
def accuracy_per_angle(inputs: Tensors) -> Tensors:
    images, classes = inputs["images"].numpy(), inputs["classes"].numpy()
    accuracies = []
    for degrees in range(0, 361, 30):
        scores = conv_net({**inputs, "images": torch.from_numpy(turned(images, degrees))})["scores"]
        accuracies.append(numpy.mean(scores.numpy().argmax(-1) == classes))
    return {"accuracies": torch.tensor(accuracies, dtype=torch.float64)}


def turned(images: numpy.ndarray, degrees: int) -> numpy.ndarray:
    """Counter-clockwise about the centre: each pixel takes what lies nearest to where it comes from, or 0 outside."""
    height, width = images.shape[-2:]
    middle = complex((width - 1) / 2, (height - 1) / 2)
    rows, columns = numpy.mgrid[:height, :width]
    # Rows run downwards, so a place in the plane is the conjugate of column + i row.
    places = numpy.conj(columns + 1j * rows - middle)
    origins = numpy.conj(places * numpy.exp(-1j * numpy.radians(degrees))) + middle
    # Halves go up, a little before they are reached.
    from_row, from_column = (numpy.floor(part + 0.5 + 1e-6).astype(int) for part in (origins.imag, origins.real))
    inside = (0 <= from_row) & (from_row < height) & (0 <= from_column) & (from_column < width)
    return numpy.where(inside, images[..., from_row.clip(0, height - 1), from_column.clip(0, width - 1)], 0.0)


def convolution(kernel: Tensor, stride: int, inputs: Tensors) -> nn.Module:
    """The library's layer with these weights, without a bias."""
    mode, side = MODES.get(int(inputs["padding"]), "zeros"), kernel.shape[-1]
    channels, amount = kernel.shape[1::-1], borders(inputs, side)
    layer = nn.Conv2d(*channels, side, stride, amount, padding_mode=mode, bias=False, dtype=kernel.dtype)
    layer.load_state_dict({"weight": kernel})
    return layer


def linear(inputs: Tensors, name: str) -> nn.Module:
    """The library's layer with the weights of this name."""
    weight, bias = inputs[f"{name}_weight"], inputs[f"{name}_bias"]
    layer = nn.Linear(*weight.shape[::-1], dtype=weight.dtype)
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer
