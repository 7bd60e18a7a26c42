"""Graph layers (Assignment 2, 3.2 to 3.4), by PyTorch Geometric's own layers."""

import torch
from torch import Tensor
from torch_geometric.nn import GATConv, SAGEConv, SimpleConv

from registry import Tensors, recomputes


@recomputes("message", "`torch_geometric.nn.SimpleConv(aggr=\"mean\")`")
def message(inputs: Tensors) -> Tensors:
    return {"messages": SimpleConv(aggr="mean")(inputs["features"], inputs["edge_index"])}


@recomputes("update", "NumPy: m W^T + x B^T")
def update(inputs: Tensors) -> Tensors:
    features, messages = inputs["features"].numpy(), inputs["messages"].numpy()
    of_neighbours = messages @ inputs["neighbour_weight"].numpy().T
    return {"output": torch.from_numpy(of_neighbours + features @ inputs["self_weight"].numpy().T)}


@recomputes("matrix_graph_convolution", "`torch_geometric.nn.SAGEConv(aggr=\"mean\")`, a message layer, no matrices")
def matrix_graph_convolution(inputs: Tensors) -> Tensors:
    outputs, size = inputs["neighbour_weight"].shape
    layer = SAGEConv(size, outputs, aggr="mean", bias=False).double()
    layer.load_state_dict({"lin_l.weight": inputs["neighbour_weight"], "lin_r.weight": inputs["self_weight"]})
    with torch.no_grad():
        return {"output": layer(inputs["features"], inputs["edge_index"])}


@recomputes("graph_attention", "`torch_geometric.nn.GATConv`")
def graph_attention(inputs: Tensors) -> Tensors:
    """Edges are stored by destination, then source; the library has an order of its own."""
    size, outputs = inputs["weight"].shape
    of_destination, of_source = inputs["attention"].view(2, 1, 1, outputs)
    layer = GATConv(size, outputs, heads=1, negative_slope=0.2, add_self_loops=True, bias=False).double()
    layer.load_state_dict({"att_src": of_source, "att_dst": of_destination, "lin.weight": inputs["weight"].T})
    with torch.no_grad():
        result = layer(inputs["features"], inputs["edge_index"], return_attention_weights=True)
    output, (edge_index, attention) = result
    order = by_destination(edge_index)
    return {"output": output, "edge_index": edge_index[:, order], "attention": attention[order, 0]}


def by_destination(edge_index: Tensor) -> Tensor:
    """The order by destination, then source."""
    return torch.argsort(edge_index[1] * (int(edge_index.max()) + 1) + edge_index[0])
