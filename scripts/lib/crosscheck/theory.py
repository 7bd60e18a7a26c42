"""Problem Set 3, theory: neurons, the LSTM for parity, beam search, hidden states, attention as a graph.

Answers that are weights have no value to compare with: the stored one is tried out here, by other arithmetic.
"""

import heapq
from fractions import Fraction
from itertools import product

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import SimpleConv
from torch_geometric.utils import softmax as softmax_by_node

from registry import Tensors, recomputes, tries

ROWS = list(product((0, 1), repeat=2))


def exact(numbers: Tensor) -> list[Fraction]:
    """The numbers without any rounding."""
    return [Fraction(number) for number in numpy.asarray(numbers, dtype=float).tolist()]


def fires(neuron: list[Fraction], row) -> int:
    return int(neuron[0] * row[0] + neuron[1] * row[1] + neuron[2] >= 0)


def differing_rows(function, wanted: list[int]) -> list[str]:
    given = [function(row) for row in ROWS]
    return [] if given == wanted else [f"gives {given} on the rows, not {wanted}"]


@tries("and_neuron", "the four rows, in fractions")
def and_neuron(outputs: Tensors) -> list[str]:
    neuron = exact(outputs["neuron"])
    return differing_rows(lambda row: fires(neuron, row), [x & y for x, y in ROWS])


@tries("or_neuron", "the four rows, in fractions")
def or_neuron(outputs: Tensors) -> list[str]:
    neuron = exact(outputs["neuron"])
    return differing_rows(lambda row: fires(neuron, row), [x | y for x, y in ROWS])


@tries("xor_neuron", "the sum of the four conditions, in fractions")
def xor_neuron(outputs: Tensors) -> list[str]:
    given, _, _, _, *multipliers = exact(outputs["answer"])
    signs = [1 if x ^ y else -1 for x, y in ROWS]
    terms = [(sign * times * x, sign * times * y, sign * times)
             for sign, times, (x, y) in zip(signs, multipliers, ROWS)]
    cancels = all(sum(column) == 0 for column in zip(*terms))
    strict = multipliers[0] + multipliers[3] > 0
    proves = given == 0 and min(multipliers) >= 0 and cancels and strict
    return [] if proves else ["is no proof"]


@tries("xor_network", "the four rows, in fractions")
def xor_network(outputs: Tensors) -> list[str]:
    numbers = exact(outputs["network"])
    first, second, last = numbers[:3], numbers[3:6], numbers[6:]
    network = lambda row: fires(last, (fires(first, row), fires(second, row)))
    return differing_rows(network, [x ^ y for x, y in ROWS])


@tries("lstm_parity", "all strings of up to 12 bits, in fractions")
def lstm_parity(outputs: Tensors) -> list[str]:
    numbers = exact(outputs["weights"])
    forget, enter, candidate = numbers[:3], numbers[3:6], numbers[6:]

    def sum_of(gate, h, x):
        return gate[0] * h + gate[1] * x + gate[2]

    def sign(value):
        return (value > 0) - (value < 0)

    states = {(): (0, 0)}
    for _ in range(12):
        after = {}
        for bits, (c, h) in states.items():
            for x in (0, 1):
                keeps, takes = sum_of(forget, h, x) > 0, sum_of(enter, h, x) > 0
                state = keeps * c + takes * sign(sum_of(candidate, h, x))
                if state != (sum(bits) + x) % 2:
                    return [f"has C = {state} after {bits + (x,)}"]
                after[bits + (x,)] = (state, sign(state))
        states = after
    return []


@recomputes("beam_search", "Python: `heapq.nlargest` over dictionaries of prefixes")
def beam_search(inputs: Tensors) -> Tensors:
    """The calls are those of a search that asks once about each sequence of the beam."""
    table, width = inputs["table"].numpy(), int(inputs["width"])
    end, longest = int(inputs["end"]), int(inputs["max_length"])
    places = {(): 0}
    for length in range(1, longest):
        for sequence in product(range(table.shape[1]), repeat=length):
            places[sequence] = len(places)
    live, complete, asked = {(): 0.0}, {}, []
    while live and max(live.values()) > max(complete.values(), default=-numpy.inf):
        extended = {}
        for sequence, score in live.items():
            asked.append(sequence)
            for token, log_probability in enumerate(table[places[sequence]]):
                extended[sequence + (token,)] = score + log_probability
        kept = heapq.nlargest(width, extended, key=extended.get)
        ended = {sequence for sequence in kept if sequence[-1] == end or len(sequence) == longest}
        complete |= {sequence: extended[sequence] for sequence in kept if sequence in ended}
        live = {sequence: extended[sequence] for sequence in kept if sequence not in ended}
    best = max(complete, key=complete.get)
    asked.sort(key=lambda sequence: (len(sequence), sequence))
    return {
        "tokens": torch.tensor(best, dtype=torch.int64),
        "score": torch.tensor(complete[best], dtype=torch.float64),
        "calls": torch.tensor(len(asked), dtype=torch.int64),
        "asked": torch.tensor([token for sequence in asked for token in (*sequence, -1)], dtype=torch.int64),
    }


def radii(stack: Tensor) -> numpy.ndarray:
    """The absolute values of the roots of each characteristic polynomial, the largest one."""
    return numpy.array([numpy.abs(numpy.linalg.eigvals(matrix)).max() for matrix in stack.numpy()])


@recomputes("spectral_radius", "`numpy.linalg.eigvals`")
def spectral_radius(inputs: Tensors) -> Tensors:
    return {"radius": torch.from_numpy(radii(inputs["weights"]))}


@recomputes("long_run", "`numpy.linalg.eigvals`, `numpy.select`")
def long_run(inputs: Tensors) -> Tensors:
    radius = radii(inputs["weights"])
    fate = numpy.select([numpy.abs(radius - 1) <= 1e-4, radius < 1], [1, 0], 2)
    return {"fate": torch.from_numpy(fate.astype(numpy.int64))}


@recomputes("hidden_state", "`torch.linalg.matrix_power` of the transposed weights")
def hidden_state(inputs: Tensors) -> Tensors:
    power = torch.linalg.matrix_power(inputs["weights"].T, int(inputs["steps"]))
    return {"state": power @ inputs["initial"]}


@recomputes("complete_graph", "`itertools.product`")
def complete_graph(inputs: Tensors) -> Tensors:
    """Self loops first, then by source and destination, as edges are stored."""
    pairs = sorted(product(range(int(inputs["nodes"])), repeat=2), key=lambda pair: (pair[0] != pair[1], pair))
    edges = [pair for pair in pairs if bool(inputs["self_loops"]) or pair[0] != pair[1]]
    return {"edge_index": torch.tensor(edges, dtype=torch.int64).T.contiguous()}


@recomputes("gnn_update", "`torch_geometric.nn.SimpleConv(aggr=\"sum\")`, `F.linear`")
def gnn_update(inputs: Tensors) -> Tensors:
    features = inputs["features"]
    messages = F.relu(F.linear(features, inputs["message_weight"], inputs["message_bias"]))
    sums = SimpleConv(aggr="sum")(messages, inputs["edge_index"])
    own = F.linear(features, inputs["own_weight"], inputs["combined_bias"])
    return {"output": F.relu(own + F.linear(sums, inputs["sum_weight"]))}


@recomputes("attention_as_gnn", "`torch_geometric.utils.softmax` over the edges of each node")
def attention_as_gnn(inputs: Tensors) -> Tensors:
    features, (sources, destinations) = inputs["features"], inputs["edge_index"]
    query, key, value = (features @ inputs[name].T for name in ("query", "key", "value"))
    scores = (query[destinations] * key[sources]).sum(dim=1)
    attention = softmax_by_node(scores, destinations, num_nodes=len(features))
    output = torch.zeros_like(value)
    for share, source, destination in zip(attention, sources.tolist(), destinations.tolist()):
        output[destination] += share * value[source]
    return {"output": output}
