"""Batch norm over the items of all processes: each normalises as if it had the whole batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from immersions.ears.pooling import Activity
from immersions.training.ranks import Ranks


class JoinedNorm(nn.BatchNorm2d):
    """As `nn.BatchNorm2d` without affine parameters; torch's own joined one needs a GPU."""

    def __init__(self, norm: nn.BatchNorm2d, ranks: Ranks) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, affine=False)
        if norm.affine or norm.momentum is None:
            raise ValueError("expected a batch norm without affine parameters and with a momentum")
        self.load_state_dict(norm.state_dict())
        self.ranks = ranks

    def forward(self, x: Activity) -> Activity:
        if not self.training:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            exact = x.float()
            variance, mean = torch.var_mean(exact, (0, 2, 3), correction=0)
            means, variances = self.ranks.gathered(torch.stack([mean, variance])[None]).unbind(1)
            mean = means.mean(0)
            variance = variances.mean(0) + means.var(0, correction=0)
            self._keep(mean.detach(), variance.detach(), x.numel() // len(mean) * len(means))
            scale = torch.rsqrt(variance + self.eps)
            return ((exact - mean[:, None, None]) * scale[:, None, None]).to(x.dtype)

    def _keep(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Move the statistics that listening uses, of which the variance is unbiased."""
        if not self.track_running_stats or self.momentum is None:
            return
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        self.num_batches_tracked.add_(1)


def join_norms(model: nn.Module, ranks: Ranks) -> None:
    """Let every batch norm of `model` normalise over all processes; names and values stay."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, JoinedNorm(child, ranks))
