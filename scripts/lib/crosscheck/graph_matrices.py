"""Matrices of graphs (Assignment 2, 3.1 and 3.3), by PyTorch Geometric's own functions.

Row 0 of `edge_index` holds the sources, row 1 the destinations; A[destination, source] = 1.
"""

import torch
from torch import Tensor
from torch_geometric.utils import degree, get_laplacian, to_dense_adj, to_undirected

from registry import Tensors, recomputes


def adjacency(edge_index: Tensor, num_nodes: int) -> Tensor:
    """The library puts the source first, so its matrix is transposed."""
    return to_dense_adj(edge_index, max_num_nodes=num_nodes)[0].T.contiguous()


def in_degrees(edge_index: Tensor, num_nodes: int) -> Tensor:
    return degree(edge_index[1], num_nodes)


def answered(matrix: Tensor, inputs: Tensors) -> Tensors:
    """`matrix` in the dtype that the case asks for; the entries are whole numbers or inverses of such."""
    return {"matrix": matrix.to(inputs["like"].dtype)}


@recomputes("adjacency_matrix", "`torch_geometric.utils.to_dense_adj`")
def adjacency_matrix(inputs: Tensors) -> Tensors:
    return answered(adjacency(inputs["edge_index"], int(inputs["num_nodes"])), inputs)


@recomputes("adjacency_power", "`torch.linalg.matrix_power`")
def adjacency_power(inputs: Tensors) -> Tensors:
    return {"power": torch.linalg.matrix_power(inputs["adjacency"], int(inputs["n"]))}


@recomputes("degree_matrix", "`torch_geometric.utils.degree`")
def degree_matrix(inputs: Tensors) -> Tensors:
    return answered(torch.diag(in_degrees(inputs["edge_index"], int(inputs["num_nodes"]))), inputs)


@recomputes("inverted_degree_matrix", "`torch_geometric.utils.degree`, in f64; 1 for an isolated node")
def inverted_degree_matrix(inputs: Tensors) -> Tensors:
    degrees = in_degrees(inputs["edge_index"], int(inputs["num_nodes"])).to(torch.float64)
    return answered(torch.diag(torch.where(degrees == 0, 1.0, 1.0 / degrees)), inputs)


@recomputes("laplacian", "`torch_geometric.utils.get_laplacian` of the reversed edges")
def laplacian(inputs: Tensors) -> Tensors:
    """The library counts degrees at row 0 and puts row 0 first. It drops self loops, which cancel in D - A."""
    num_nodes = int(inputs["num_nodes"])
    places, values = get_laplacian(inputs["edge_index"].flip(0), num_nodes=num_nodes)
    return answered(to_dense_adj(places, edge_attr=values, max_num_nodes=num_nodes)[0], inputs)


# The document's two drawings; its nodes count from 1.
LEFT = [(1, 5), (1, 2), (1, 3), (2, 3), (3, 4)]
RIGHT = [(2, 3), (2, 1), (3, 1), (3, 4), (4, 1)]


def drawn(edges: list[tuple[int, int]]) -> Tensor:
    """Both directions of every drawn edge, counted from 0."""
    return to_undirected(torch.tensor(edges).T - 1)


@recomputes("figure_6", "`to_undirected`, `to_dense_adj`, `torch.linalg.matrix_power`, `get_laplacian`")
def figure_6(inputs: Tensors) -> Tensors:
    left, right = adjacency(drawn(LEFT), 5), adjacency(drawn(RIGHT), 4)
    squared = torch.linalg.matrix_power(left, 2)
    right_laplacian = to_dense_adj(*reordered_laplacian(drawn(RIGHT)))[0]
    answers = [left, right, squared, right_laplacian]
    return {"matrix": answers[int(inputs["matrix"])].to(torch.int64)}


def reordered_laplacian(edge_index: Tensor) -> tuple[Tensor, None, Tensor]:
    """The arguments of `to_dense_adj`: places, one graph, values."""
    places, values = get_laplacian(edge_index)
    return places, None, values
