"""What a network does to a tensor, operation by operation, as a list of nodes.

The forward pass is run once and every operation that reaches torch is noted, so any module works
as it is: no symbolic tracing, no hooks to place, whatever control flow it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

ANSWER = "answer"
"""Of a network, where nothing shows that it comes from the input."""


@dataclass(eq=False)
class Node:
    """A tensor that an operation made: its arguments hold nodes in place of traced tensors."""

    number: int
    operation: str
    """As torch names it, without overload: `convolution`, `relu_`."""
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    shape: tuple[int, ...]
    module: str
    """The innermost module that was running."""

    @property
    def inputs(self) -> list[Node]:
        """The nodes that it was made of, in order."""
        found: list[Node] = []
        for argument in (*self.arguments, *self.options.values()):
            several = argument if isinstance(argument, (list, tuple)) else [argument]
            found += [one for one in several if isinstance(one, Node)]
        return found


@dataclass
class Recorder(TorchDispatchMode):
    """Notes what is done to the tensors that come from `begin`, in the order in which it is."""

    nodes: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._of: dict[int, Node] = {}
        self._alive: list[Tensor] = []
        self._modules: list[str] = [""]
        self._written: dict[int, list[tuple[Node, Tensor]]] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else torch loads its whole compiler, for seconds, to leave this class out of compiling.
        return False

    def begin(self, x: Tensor, operation: str = "input") -> Node:
        """`x` is what the network is given, or comes from nowhere that is known."""
        return self._note(operation, (), {}, x)

    def node_of(self, x: Tensor) -> Node | None:
        if id(x) in self._of:
            return self._of[id(x)]
        written = self._written.get(_memory(x), [])
        return next((node for node, part in written if _overlap(part, x)), None)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        answer = func(*args, **(kwargs or {}))
        told = self._replaced(args)
        options = {key: self._replaced(value) for key, value in (kwargs or {}).items()}
        if any(_holds_node(value) for value in (*told, *options.values())):
            first = answer[0] if isinstance(answer, (tuple, list)) else answer
            name = func.overloadpacket.__name__
            if isinstance(answer, list):  # split, unbind: pieces, told by their place
                for place, piece in enumerate(answer):
                    self._note(name, (*told, place), options, piece)
            elif isinstance(first, Tensor):
                self._note(name, told, options, first)
                if _writes(func):
                    self._note_written(name, told, args[0])
        return answer

    def _note_written(self, name: str, arguments: tuple[Any, ...], x: Tensor) -> None:
        """Other tensors in whose memory `x` lies are no longer what their nodes say."""
        memory, others = _memory(x), []
        for other in self._alive:
            if other is not x and _memory(other) == memory and _overlap(other, x):
                others.append(other)
        whole = x.numel() * x.element_size() == x.untyped_storage().nbytes()
        if others or not whole:
            part = self._note(f"{name} into a part", arguments, {}, x, told=False)
            self._of.update({id(other): part for other in others})
            self._written.setdefault(memory, []).append((part, x))

    def _note(
        self,
        name: str,
        arguments: tuple[Any, ...],
        options: dict[str, Any],
        x: Tensor,
        told: bool = True,
    ) -> Node:
        module = self._modules[-1]
        node = Node(len(self.nodes), name, arguments, options, tuple(x.shape), module)
        self.nodes.append(node)
        if told:
            self._of[id(x)] = node
            self._alive.append(x)  # so that no other tensor is given its id
        return node

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.node_of(value) or value
        if isinstance(value, (list, tuple)):
            return type(value)(self._replaced(one) for one in value)
        return value

    @contextmanager
    def inside(self, module: nn.Module) -> Iterator[None]:
        """Nodes are told the name of the submodule of `module` that is running."""

        def enter(name: str) -> Callable[..., None]:
            return lambda *_: self._modules.append(name)

        def leave(*_: Any) -> None:
            self._modules.pop()

        hooks = []
        for name, each in module.named_modules():
            hooks.append(each.register_forward_pre_hook(enter(name)))
            hooks.append(each.register_forward_hook(leave))
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()


def _holds_node(value: Any) -> bool:
    several = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(one, Node) for one in several)


def _writes(func: Any) -> bool:
    """Whether an operation changes its first argument."""
    arguments = func._schema.arguments
    alias = arguments[0].alias_info if arguments else None
    return alias is not None and bool(alias.is_write)


def _memory(x: Tensor) -> int:
    return 0 if x.is_meta else x.untyped_storage().data_ptr()


def _overlap(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors of the same memory share any of it."""
    size = one.untyped_storage().nbytes() // one.element_size()
    there = torch.zeros(size, dtype=torch.bool)
    there.as_strided(one.shape, one.stride(), one.storage_offset()).fill_(True)
    return bool(there.as_strided(other.shape, other.stride(), other.storage_offset()).any())


def in_one_line(error: Exception) -> str:
    """What an error says, or at least its kind."""
    said = " ".join(str(error).split())[:160]
    return said if said and not isinstance(error, KeyError) else f"{type(error).__name__} {said}"


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Every submodule in evaluation, and then as it was: a part may be frozen."""
    training = {each: each.training for each in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for each, flag in training.items():
            each.training = flag


@torch.no_grad()
def record(module: nn.Module, x: Tensor) -> tuple[Recorder, Node]:
    """Everything that `module` does to `x` in evaluation, and the node of its answer: of several
    tensors the first that came from `x`, or else a node without inputs for the first of all.

    Raises `ValueError` where the module fails, or answers without a tensor.
    """
    recorder, name = Recorder(), type(module).__name__
    recorder.begin(x)
    try:
        with _evaluating(module), recorder.inside(module), recorder:
            answer = module(x)
    except Exception as error:  # whatever the module raises: it is anyone's
        raise ValueError(
            f"{name} cannot be run on {tuple(x.shape)}: {in_one_line(error)}"
        ) from None
    tensors = list(_tensors(answer))
    if not tensors:
        raise ValueError(f"{name}: expected an answer with a tensor, got {type(answer).__name__}")
    nodes = (recorder.node_of(each) for each in tensors)
    last = next((node for node in nodes if node is not None), None)
    return recorder, last or recorder.begin(tensors[0], ANSWER)


def _tensors(answer: Any) -> Iterator[Tensor]:
    """The tensors of an answer, in order."""
    if isinstance(answer, Tensor):
        yield answer
    elif isinstance(answer, Mapping):
        for value in answer.values():
            yield from _tensors(value)
    elif isinstance(answer, (tuple, list)):
        for value in answer:
            yield from _tensors(value)
