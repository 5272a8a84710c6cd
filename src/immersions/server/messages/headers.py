"""The JSON headers of binary messages and answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from immersions.server.messages.shared import Message, OfDeck
from immersions.stage.layouts import Kind


class LoopLayer(Message):
    """Where a layer's activations lie: a block (neurons, frames), row-major, one byte a value."""

    name: str
    frames: int
    neurons: int
    at: int = Field(description="byte offset of the block within the activations")


class LoopHeader(OfDeck):
    """The JSON header of a binary loop.

    A loop is: the header's length in bytes (4 bytes, little-endian), the header (UTF-8), zeros up
    to a multiple of 4 from the start of the message, the samples (float32, little-endian), the
    activations (one byte each). 0 is at or below a neuron's 0.1 quantile on music, 255 at or above
    its 0.999 quantile; for the layer `scalogram`, 0 to 255 is 0 to 4 in log power.
    """

    type: Literal["loop"] = "loop"
    id: int = Field(description="rises from loop to loop")
    generation: int = Field(description="of the state that the loop was dreamed with")
    kind: Literal["start", "dream"]
    sample_rate: int
    samples: int
    quarters: float | None = Field(default=None, description="notes in the loop, where known")
    activation: float | None = Field(description="standardised, of this loop as it plays")
    step: int
    layers: list[LoopLayer] = Field(description="empty while the ear is still loading")


class LayoutHeader(Message):
    """The JSON header of what `layout_url` answers, framed like a loop.

    After the padding: positions, int16 little-endian, (snapshots, vertices, 2), each from -32767 to
    32767 (x to the right, y upwards). A vertex is a neuron, numbered as in `LayerShape`. Snapshot s
    of S stands at s/S of a loop; in between, vertices travel in straight lines, from the last one
    back to the first.
    """

    type: Literal["layout"] = "layout"
    hash: str
    snapshots: int
    vertices: int
    kind: Kind = Field(description="a grid may be stretched to fill a window")
