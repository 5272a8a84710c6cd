"""A graph holds the edges that a network has: those that its derivatives show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from networks import LINEAR, Apply, Residual, pooling, positive, up_and_down
from numpy.typing import NDArray
from torch import Tensor, nn

from immersions.anatomy.graph import Graph
from immersions.anatomy.network import graph_of


def paths(graph: Graph) -> NDArray[np.float64]:
    """From input to answer: sums over all ways of products of weights [answer, input]."""
    reach = {0: np.eye(graph.layers[0].size)}
    for number in range(1, len(graph.layers)):
        arriving = [one for one in graph.connections if one.target == number]
        reach[number] = sum(one.explicit() @ reach[one.source] for one in arriving)
    return reach[len(graph.layers) - 1]


def derivative(module: nn.Module, x: Tensor) -> NDArray[np.float32]:
    """What the paths stand for; sums over what is cut away."""
    jacobian = torch.autograd.functional.jacobian(module, x)
    answer = module(x)
    flat = jacobian.reshape(*answer.shape[1:], *x.shape[1:])
    if answer.ndim == 4:
        flat = flat.sum(2)  # of the cut axis of the answer
    flat = flat.sum(-1)  # and of the input's
    return flat.reshape(-1, x[..., 0].numel()).numpy()


@pytest.mark.parametrize(
    ("module", "shape"),
    [(Residual(), (1, 2, 12, 6)), (pooling(), (1, 1, 14, 8)), (up_and_down(), (1, 2, 9, 4))],
    ids=["residual", "pooling", "up and down"],
)
def test_paths_of_the_graph_are_those_of_the_derivative(
    module: nn.Module, shape: tuple[int, ...]
) -> None:
    module = positive(module)
    x = torch.rand(shape) + 0.5
    graph = graph_of(module, x)
    assert graph.unconnected == ()
    assert np.array_equal(paths(graph) > 0, derivative(module, x) != 0)


@pytest.mark.parametrize("name", LINEAR)
def test_weights_along_the_paths_are_the_derivative(name: str) -> None:
    """With nothing cut away, of networks that are linear on positive input: the same numbers,
    but for the rounding of single precision."""
    module = positive(LINEAR[name]())
    x = torch.rand(1, 4, 12, 1, generator=torch.Generator().manual_seed(1)) + 0.5
    graph = graph_of(module, x)
    assert graph.unconnected == ()
    wanted = derivative(module, x)
    assert np.allclose(paths(graph), wanted, rtol=1e-5, atol=0)
    assert graph.edges == np.count_nonzero(graph.explicit()) // 2


def run(function: Callable[..., Any], *modules: nn.Module) -> Graph:
    return graph_of(positive(Apply(function, *modules)), torch.ones(1, 4, 12, 3))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.relu(x.mean(1, keepdim=True).expand(-1, 8, -1, -1)),
        lambda x: torch.relu(x.mean(1, keepdim=True) + torch.ones(1, 8, 1, 1)),
        lambda x: torch.relu(x.mean(1, keepdim=True) * torch.ones(8, 1, 1)),
    ],
    ids=["expand", "add", "multiply"],
)
def test_what_is_broadcast_is_joined_everywhere(function: Callable[[Tensor], Tensor]) -> None:
    graph = run(function)
    assert [layer.channels for layer in graph.layers] == [4, 8]
    assert graph.unconnected == ()
    assert np.count_nonzero(graph.connections[0].explicit()) == graph.edges == 4 * 8 * 12


def test_a_row_and_a_column_make_a_whole() -> None:
    graph = run(lambda x: torch.relu(x.mean(1, keepdim=True) + x.mean(2, keepdim=True)))
    explicit = graph.connections[0].explicit().reshape(4, 12, 4, 12)
    same = np.eye(4)[:, None, :, None] + np.eye(12)[None, :, None, :]
    assert np.array_equal(explicit > 0, np.broadcast_to(same > 0, explicit.shape))
    assert graph.edges == np.count_nonzero(explicit)


def test_links_of_another_shape_than_the_tensor_lose_that_layer_only() -> None:
    """Attention's own reshapes: what is lost is told, the rest can be laid out."""
    attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def attend(x: Tensor, a: nn.Module, b: nn.Module) -> Tensor:
        return torch.relu(b(torch.relu(a(x, x, x)[0]))) + torch.relu(x).sum()

    module = Apply(attend, attention, nn.Linear(4, 3))
    graph = graph_of(module, torch.ones(1, 12, 4))
    sizes = [layer.size for layer in graph.layers]
    for one in graph.connections:
        assert one.explicit().shape == (sizes[one.target], sizes[one.source])
    assert graph.connections
    assert any("could not be joined" in line for line in graph.unconnected)


def test_layers_lost_for_the_same_reason_are_told_in_one_line() -> None:
    def forward(x: Tensor) -> Tensor:
        odd = x.erfinv()
        return torch.relu(odd) + torch.sigmoid(odd) + torch.tanh(odd)

    graph = run(forward)
    why = "erfinv: operation erfinv is not known"
    assert graph.unconnected == (f"relu and 2 more could not be joined: {why}",)
    assert {one.target for one in graph.connections} == {4}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_left_out_and_told(value: float) -> None:
    module = nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU())
    with torch.no_grad():
        module[0].weight[0, 0, 0, 0] = value
    graph = graph_of(module, torch.ones(1, 4, 12, 6))
    assert graph.unconnected == ("1 has weights that are not finite",)
    assert [(one.source, one.target) for one in graph.connections] == [(1, 2)]


@pytest.mark.parametrize("scale", [1e30, 1e-38])
def test_weights_of_any_size_can_be_normalised(scale: float) -> None:
    module = nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU())
    with torch.no_grad():
        module[0].weight.fill_(scale)
    explicit = graph_of(module, torch.ones(1, 4, 12, 6)).normalised().explicit()
    assert explicit[explicit > 0] == pytest.approx(1, rel=1e-5)


def test_every_part_of_the_module_is_left_as_it_was() -> None:
    module = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout())
    module.train()
    module[1].eval()
    graph_of(module, torch.ones(1, 4, 6, 3))
    assert [each.training for each in module] == [True, False, True, True]
    assert module.training


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, a: (torch.ones(1), torch.relu(a(x)), x),
        lambda x, a: [[torch.relu(a(x))]],
        lambda x, a: {"none": None, "heard": torch.relu(a(x))},
    ],
    ids=["tuple", "list", "dict"],
)
def test_of_several_answers_the_first_that_comes_from_the_input(answer: Callable[..., Any]) -> None:
    assert [layer.name for layer in run(answer, nn.Conv2d(4, 8, 3)).layers] == ["input", "relu"]


def failing(error: BaseException) -> Callable[[Tensor], Tensor]:
    def forward(x: Tensor) -> Tensor:
        raise error

    return forward


@pytest.mark.parametrize("error", [KeyError("key"), AssertionError(), OSError("two\nlines")])
def test_a_module_that_fails_is_named_in_one_line(error: BaseException) -> None:
    with pytest.raises(ValueError, match=r"^Apply cannot be run on \(1, 4, 12, 3\): .+$") as told:
        run(failing(error))
    assert "\n" not in str(told.value)


def test_an_answer_that_does_not_come_from_the_input_is_told() -> None:
    with pytest.raises(ValueError, match="Apply: expected a tensor computed from the input, got"):
        run(lambda x: torch.ones(1, 3))
    with pytest.raises(ValueError, match="Apply: expected an answer with a tensor, got float"):
        run(lambda x: float(x.sum()))


def test_what_leaves_torch_is_told_and_the_rest_is_joined() -> None:
    def forward(x: Tensor, a: nn.Module, b: nn.Module) -> Tensor:
        return torch.from_numpy(2 * torch.relu(b(torch.relu(a(x)))).numpy())

    graph = run(forward, nn.Conv2d(4, 4, 1), nn.Conv2d(4, 5, 1))
    assert [layer.name for layer in graph.layers] == ["input", "relu", "relu.2", "answer"]
    assert [(one.source, one.target) for one in graph.connections] == [(0, 1), (1, 2)]
    (line,) = graph.unconnected
    assert line.startswith("answer could not be joined: it is computed without the input, or")


def test_modules_in_double_precision_get_such_input() -> None:
    module = nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU()).double()
    assert graph_of(module, torch.ones(1, 4, 12, 6)).edges > 0


def part_bent(x: Tensor, a: nn.Module) -> Tensor:
    y = a(x)
    y[:, :2].relu_()
    return torch.sigmoid(y)


def filled(x: Tensor, a: nn.Module) -> Tensor:
    y = torch.zeros(1, 8, 12, 3)
    y[:, :4] = x
    return torch.sigmoid(y + x.sum())


@pytest.mark.parametrize("function", [part_bent, filled])
def test_writing_into_a_part_of_a_tensor_is_told(function: Callable[..., Any]) -> None:
    (line,) = run(function, nn.Conv2d(4, 4, 1)).unconnected
    assert line.startswith("sigmoid could not be joined: ")
    assert "into a part" in line


def test_pieces_that_are_bent_in_place_are_known() -> None:
    def forward(x: Tensor, a: nn.Module) -> Tensor:
        one, other = a(x).chunk(2, 1)
        return torch.sigmoid(torch.cat([one.relu_(), other], 1).mul_(2))

    graph = run(forward, nn.Conv2d(4, 4, 1))
    assert graph.unconnected == ()
    assert [layer.name for layer in graph.layers] == ["input", "relu_", "sigmoid"]
    assert graph.edges == 12 * (4 * 2 + 2 + 4 * 2)
