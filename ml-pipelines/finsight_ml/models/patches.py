"""What the networks over patches share: normalisation of each window, and cutting it into patches."""

import torch
from torch import nn

from .dropping import Dropout
from .network import Task


class InstanceNormalisation(nn.Module):
    """RevIN without affine weights (Kim et al. 2022): each channel of each window is brought to mean 0 and deviation 1, and
    what is forecast of it is brought back."""

    epsilon = 1e-5

    def forward(self, window: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """[batch, look_back, channels] → the same, its means and deviations [batch, 1, channels]."""
        mean = window.mean(dim=1, keepdim=True)
        centred = window - mean
        deviation = torch.sqrt(centred.square().mean(dim=1, keepdim=True) + self.epsilon)
        return centred / deviation, mean, deviation


class Patches(nn.Module):
    """[batch, look_back, channels] → [batch * channels, count, length], channels folded into the batch. `padded` repeats the
    last value `stride` times at the end, as PatchTST's authors do, so that the newest values stand in two patches."""

    def __init__(self, task: Task, *, length: int, stride: int, padded: bool) -> None:
        super().__init__()
        self.length, self.stride = min(length, task.look_back), min(stride, task.look_back)
        self.padding = self.stride if padded else 0
        self.count = (task.look_back + self.padding - self.length) // self.stride + 1
        # What does not fill a patch is cut off at the old end.
        self.skipped = task.look_back + self.padding - self.length - (self.count - 1) * self.stride

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        batch, _, channels = window.shape
        series = window.transpose(1, 2)
        if self.padding:
            series = torch.cat([series, series[..., -1:].expand(-1, -1, self.padding)], dim=2)
        cut = series[..., self.skipped :].unfold(2, self.length, self.stride)
        return cut.reshape(batch * channels, self.count, self.length)


class Head(nn.Module):
    """All patches of a channel, flattened, to its own future; or those of all channels together to figures."""

    def __init__(self, task: Task, *, patches: int, width: int, dropout: float) -> None:
        super().__init__()
        self.task = task
        inputs = patches * width * (1 if task.outputs is None else task.channels)
        self.dropout = Dropout(dropout)
        self.projection = nn.Linear(inputs, task.steps * (task.outputs or 1))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """[batch * channels, patches, width] → [batch, steps, channels or outputs]."""
        task = self.task
        if task.outputs is None:
            flat = hidden.reshape(-1, task.channels, hidden.shape[1] * hidden.shape[2])
            return self.projection(self.dropout(flat)).transpose(1, 2)
        flat = hidden.reshape(-1, task.channels * hidden.shape[1] * hidden.shape[2])
        return self.projection(self.dropout(flat)).reshape(-1, task.steps, task.outputs)


def check_sizes(model: str, values: dict, *, sizes: tuple[str, ...], chances: tuple[str, ...]) -> None:
    """Raises ValueError naming a size below 1, or a chance that is none."""
    for name in sizes:
        if values[name] < 1:
            raise ValueError(f"Parameter {name} of {model} is at least 1, not {values[name]}")
    for name in chances:
        if not 0 <= values[name] < 1:
            raise ValueError(f"Parameter {name} of {model} is at least 0 and below 1, not {values[name]}")
