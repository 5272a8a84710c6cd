"""The ear trained by contrastive predictive coding: scalogram, encoder, context network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from immersions.ears.blocks import CausalConv, ContextBlock, EncoderBlock, NormedConv
from immersions.ears.config import ContextBlockConfig, ContrastiveConfig, EncoderBlockConfig
from immersions.ears.ear import Activations, Edit, Layer, LayerStatistics, check_names
from immersions.ears.pooling import Activity, Pool
from immersions.scalogram import Scalogram

__all__ = [
    "SCALOGRAM",
    "ContextBlockConfig",
    "ContrastiveConfig",
    "ContrastiveEar",
    "ContrastiveNetwork",
    "EncoderBlockConfig",
    "parameter_counts",
]

SCALOGRAM = "scalogram"
SHORTEST_LOOP_SECONDS = 2.0


class ContrastiveNetwork(nn.Module):
    """Encoder and context network: scalogram to named activations.

    Input (batch, parts, bins, frames). `circular` treats the frames as a loop, else as a stream
    with silence before it.
    """

    def __init__(self, config: ContrastiveConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.scalogram.parts
        self.encoder = nn.ModuleList()
        for block in config.encoder:
            self.encoder.append(_encoder_block(channels, block, config))
            channels = block.channels
        self.context = nn.ModuleList()
        for step in config.context:
            conv = CausalConv(channels, step.channels, 1, step.kernel)
            pool = Pool(1, step.pool, config.blur)
            self.context.append(ContextBlock(conv, pool, config.dropout, config.slope))
            channels = step.channels
        self.geometry()  # raises where a kernel does not fit

    def walk(self, x: Activity, circular: bool) -> Iterator[tuple[str, Activity]]:
        """Yield (layer name, activation) from sound to depth, computing each when asked for."""
        for number, block in enumerate(self.encoder):
            assert isinstance(block, EncoderBlock)
            inner = block.first(x, circular)
            yield f"encoder.{number}.conv1", inner
            x = block.second(x, inner, circular)
            yield f"encoder.{number}", x
        for number, step in enumerate(self.context):
            assert isinstance(step, ContextBlock)
            x = step.run(x, circular)
            yield f"context.{number}", x

    def forward(
        self, x: Activity, circular: bool = False
    ) -> tuple[Float[Tensor, "batch z steps"], Float[Tensor, "batch c coarse"]]:
        """z of every encoder step and c of every context step, for training."""
        last = f"encoder.{len(self.encoder) - 1}"
        z = c = x
        for name, activity in self.walk(x, circular):
            c = activity
            if name == last:
                z = activity
        return z.flatten(1, 2), c.flatten(1, 2)

    def geometry(self) -> list[tuple[str, int, int, int]]:
        """(layer name, channels, pitches, stride in scalogram frames) without running anything."""
        rows, stride, pitches = [], 1, self.config.scalogram.bins
        for number, block in enumerate(self.encoder):
            assert isinstance(block, EncoderBlock)
            stride *= block.frame_stride
            first, pitches = block.pitches(pitches)
            rows.append((f"encoder.{number}.conv1", block.conv1.conv.out_channels, first, stride))
            rows.append((f"encoder.{number}", block.conv2.conv.out_channels, pitches, stride))
        for number, step in enumerate(self.context):
            assert isinstance(step, ContextBlock)
            stride *= step.frame_stride
            rows.append((f"context.{number}", step.conv.conv.out_channels, pitches, stride))
        return rows

    def layer_rows(self) -> list[tuple[str, int, int, int]]:
        """As `geometry`, with the scalogram itself first."""
        scale = self.config.scalogram
        return [(SCALOGRAM, scale.parts, scale.bins, 1), *self.geometry()]

    def receptive_frames(self) -> dict[str, int]:
        """Scalogram frames that the newest answer of each layer hears, itself included."""
        frames, stride, spans = 1, 1, {}
        for number, block in enumerate(self.encoder):
            assert isinstance(block, EncoderBlock)
            frames += (block.conv1.conv.kernel_size[1] - 1) * stride
            frames += block.pool.past_frames * stride
            stride *= block.frame_stride
            spans[f"encoder.{number}.conv1"] = frames
            frames += (block.conv2.conv.kernel_size[1] - 1) * stride
            spans[f"encoder.{number}"] = frames
        for number, step in enumerate(self.context):
            assert isinstance(step, ContextBlock)
            frames += step.pool.past_frames * stride
            stride *= step.frame_stride
            frames += (step.conv.conv.kernel_size[1] - 1) * stride
            spans[f"context.{number}"] = frames
        return spans

    @property
    def encoder_stride(self) -> int:
        """Scalogram frames a step of z."""
        return self.geometry()[2 * len(self.encoder) - 1][3]

    @property
    def stride(self) -> int:
        """Scalogram frames a step of c; loops have a multiple of it."""
        return self.geometry()[-1][3]

    @property
    def folded(self) -> bool:
        """Whether batch norms were folded away, after which the network cannot be trained."""
        return any(isinstance(m, NormedConv) and m.folded for m in self.modules())

    def fold(self) -> None:
        """Fold every batch norm into its convolution, for listening only."""
        for module in self.modules():
            if isinstance(module, NormedConv):
                module.fold()


class ContrastiveEar:
    """A `ContrastiveNetwork` with its scalogram as an `Ear`; for listening, not for training."""

    def __init__(
        self,
        name: str,
        network: ContrastiveNetwork,
        statistics: Mapping[str, LayerStatistics] | None = None,
        trained: bool = True,
        card: str = "",
    ) -> None:
        """Of `network` a copy is kept; `card` is the model card that goes with it."""
        self.name = name
        self.card = card
        # Folding cannot be undone bit for bit, so what it was is kept, as small as is exact.
        self.weights = {key: exact(value) for key, value in network.state_dict().items()}
        self.config = network.config
        self.network = _for_listening(network)
        self.scalogram = Scalogram(self.config.scalogram)
        self.sample_rate = self.config.scalogram.sample_rate
        self.loop_seconds = self.config.loop_seconds
        self.statistics: Mapping[str, LayerStatistics] = dict(statistics or {})
        self.trained = trained

    @property
    def layers(self) -> Sequence[Layer]:
        return self.layers_for(round(self.loop_seconds * self.sample_rate))

    def layers_for(self, samples: int) -> Sequence[Layer]:
        frames = self.loop_frames(samples)
        seconds = samples * self.tiles(samples) / (frames * self.sample_rate)
        spans = {SCALOGRAM: 1} | self.network.receptive_frames()
        return [
            Layer(name, c, p, frames // stride, round(spans[name] * seconds, 3))
            for name, c, p, stride in self.network.layer_rows()
        ]

    @property
    def has_scalogram(self) -> bool:
        return True

    @property
    def bin_frequencies(self) -> Sequence[float]:
        return self.config.scalogram.frequencies

    @property
    def warm_up_frames(self) -> int:
        """Scalogram frames after which no layer hears what was before an excerpt."""
        return max(self.network.receptive_frames().values())

    def tiles(self, samples: int) -> int:
        """How often a loop is repeated before it is heard: loops under 2 s are tiled."""
        if samples < 2:
            raise ValueError(f"expected a loop of 2 samples or more, got {samples}")
        return max(1, -(-int(SHORTEST_LOOP_SECONDS * self.sample_rate) // samples))

    def loop_frames(self, samples: int) -> int:
        """Scalogram frames of a loop: a multiple of all strides, nearest to the trained rate."""
        stride = self.network.stride
        steps = samples * self.tiles(samples) / (self.config.scalogram.hop * stride)
        return stride * max(1, round(steps))

    def listen(
        self,
        loop: Float[Tensor, "batch samples"],
        layers: Sequence[str],
        edit: Edit | None = None,
    ) -> Activations:
        check_names(layers, [layer.name for layer in self.layers])
        frames = self.loop_frames(loop.shape[1])
        x = self.scalogram.loop(loop.repeat(1, self.tiles(loop.shape[1])), frames)
        return self.respond(edit(x) if edit else x, layers, circular=True)

    def respond(self, x: Activity, layers: Sequence[str], circular: bool = False) -> Activations:
        """Activations of the named layers on a scalogram, as a stream or as a loop."""
        x = x.contiguous(memory_format=torch.channels_last)
        wanted, heard = set(layers), {SCALOGRAM: x}
        if wanted - set(heard):
            for name, activity in self.network.walk(x, circular):
                heard[name] = activity
                if wanted <= set(heard):
                    break
        return {name: heard[name] for name in layers}

    def to(self, device: torch.device | str) -> ContrastiveEar:
        self.network.to(device)
        return self

    def save_pretrained(self, folder: Path | str) -> None:
        """Write the ear's folder, with its statistics and card; loaded, it is this very ear.

        Raises `OSError`.
        """
        from immersions.ears.checkpoint import write

        write(Path(folder), self.name, self.config, self.weights, self.statistics, self.card, exact)


def exact(value: Tensor) -> Tensor:
    """A copy of its own, in half precision where that loses no bit."""
    value = value.detach().cpu()
    if value.dtype != torch.float32:
        return value.clone()
    half = value.half()
    return half if torch.equal(half.float(), value) else value.clone()


def parameter_counts(config: ContrastiveConfig) -> dict[str, int]:
    """Trained numbers of `encoder`, `context` and `prediction`."""
    network = ContrastiveNetwork(config)
    count: Callable[[nn.Module], int] = lambda part: sum(p.numel() for p in part.parameters())  # noqa: E731
    z, c = config.encoder[-1].channels, config.context[-1].channels
    return {
        "encoder": count(network.encoder),
        "context": count(network.context),
        "prediction": z * c * config.predicted_steps,
    }


def _encoder_block(
    channels: int, block: EncoderBlockConfig, config: ContrastiveConfig
) -> EncoderBlock:
    conv1 = CausalConv(channels, block.channels, *block.kernel1, pad_pitches=block.pad_pitches1)
    conv2 = CausalConv(
        block.channels, block.channels, *block.kernel2, pad_pitches=block.pad_pitches2
    )
    return EncoderBlock(conv1, conv2, Pool(*block.pool, config.blur), config.dropout, config.slope)


def _for_listening(network: ContrastiveNetwork) -> ContrastiveNetwork:
    copy = ContrastiveNetwork(network.config)
    copy.load_state_dict(network.state_dict())
    copy.eval().requires_grad_(False)
    copy.fold()
    # Channels last: the same answers, and convolutions on a CPU run up to 1.6 times faster.
    return copy.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
