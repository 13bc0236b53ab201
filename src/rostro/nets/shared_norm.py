"""Batch normalisation over the photos of several processes, on CPUs (torch's own, SyncBatchNorm, needs GPUs)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm


class _Sum(torch.autograd.Function):
    """The sum over all processes; so is its gradient."""

    @staticmethod
    def forward(_: Any, tensor: Tensor) -> Tensor:
        summed = tensor.contiguous().clone()
        distributed.all_reduce(summed)
        return summed

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        summed = gradient.contiguous().clone()
        distributed.all_reduce(summed)
        return summed


class SharedNorm(_BatchNorm):
    """Takes the place of a layer, with its own parameters and moving averages."""

    def __init__(self, norm: _BatchNorm) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        self._parameters, self._buffers = norm._parameters, norm._buffers
        self.training = norm.training

    def _check_input_dim(self, input: Tensor) -> None:
        pass  # any: the layer that it stands for has checked it before

    def forward(self, maps: Tensor) -> Tensor:
        """(N, channels, …) normalised over everything but the channels, over all processes."""
        if not self.training:
            answer: Tensor = super().forward(maps)
            return answer
        given, maps = maps.dtype, maps.float()  # sums over photos and places are not for eight bits of mantissa
        axes = [axis for axis in range(maps.dim()) if axis != 1]
        own = torch.tensor(float(maps.numel() // maps.shape[1]))
        sums: Tensor = _Sum.apply(torch.cat([maps.sum(axes), own[None]]))  # type: ignore[no-untyped-call]
        count, shape = sums[-1].detach(), [1, -1] + [1] * (maps.dim() - 2)
        mean = sums[:-1] / count
        centred = maps - mean.view(shape)
        variance: Tensor = _Sum.apply(centred.square().sum(axes)) / count  # type: ignore[no-untyped-call]
        self._remember(mean.detach(), variance.detach(), float(count))
        scale = torch.rsqrt(variance + self.eps) * self.weight
        return (centred * scale.view(shape) + self.bias.view(shape)).to(given)

    def _remember(self, mean: Tensor, variance: Tensor, count: float) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        momentum = 0.1 if self.momentum is None else self.momentum
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance * count / (count - 1), momentum)


def share_norms(net: nn.Module) -> None:
    """Puts `SharedNorm` in the place of every batch normalisation below a module."""
    for name, child in net.named_children():
        if isinstance(child, _BatchNorm):
            net.register_module(name, SharedNorm(child))
        else:
            share_norms(child)
