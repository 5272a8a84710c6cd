"""Whether an ear's weights may be kept in half precision: do its neurons answer the same?"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch

from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.training.library import Track

TOLERANCE = 1e-2
"""Of the neurons' deviation in a layer: above it, weights are kept in single precision."""
HEARD = 4


@torch.no_grad()
def half_precision_error(network: ContrastiveNetwork, tracks: Sequence[Track]) -> float:
    """The root mean square by which answers differ with halved weights, beside their deviation.

    Of all layers the greatest, on an excerpt of each of the first few tracks.
    """
    halved = copy.deepcopy(network)
    for value in halved.state_dict().values():
        if value.dtype == torch.float32:
            value.copy_(value.half().float())
    exact, rounded = ContrastiveEar("exact", network), ContrastiveEar("rounded", halved)
    names = [layer.name for layer in exact.layers]
    frames = 4 * exact.warm_up_frames
    sums = {name: [0.0, 0.0] for name in names}
    for track in tracks[:HEARD]:
        middle = max(0, track.frames // 2 - frames // 2)
        heard = torch.from_numpy(track.levels[None, :, :, middle : middle + frames].copy()).float()
        ours, theirs = exact.respond(heard, names), rounded.respond(heard, names)
        for name in names:
            sums[name][0] += float((ours[name] - theirs[name]).square().mean())
            sums[name][1] += float(ours[name].var())
    return max((error / max(of, 1e-12)) ** 0.5 for error, of in sums.values())
