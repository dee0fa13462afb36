"""DLinear (Zeng et al. 2023): a moving average and what is left of it, each through one linear map over time."""

import torch
from torch import nn

from .network import Task, Value, chosen
from .patches import InstanceNormalisation

DEFAULTS: dict[str, Value] = {"moving_average": 25, "instance_normalisation": False}


def build(task: Task, params: dict[str, Value]) -> nn.Module:
    """Raises ValueError for an unknown parameter, one of another kind, or an even length of the moving average."""
    values = chosen("dlinear", DEFAULTS, params)
    length = values["moving_average"]
    if length < 1 or length % 2 == 0:
        raise ValueError(f"moving_average of dlinear is an odd number of steps, such as 25, not {length}")
    return DLinear(task, values)


class DLinear(nn.Module):
    """float32 [batch, look_back, channels] → [batch, steps, channels or outputs]. The maps are shared by the channels where
    each is forecast by itself; figures are made from all channels' steps together."""

    def __init__(self, task: Task, values: dict) -> None:
        super().__init__()
        self.task = task
        self.normalisation = InstanceNormalisation() if values["instance_normalisation"] else None
        self.side = values["moving_average"] // 2
        inputs, outputs = (task.look_back, task.steps)
        if task.outputs is not None:
            inputs, outputs = task.look_back * task.channels, task.steps * task.outputs
        self.of_trend, self.of_rest = nn.Linear(inputs, outputs), nn.Linear(inputs, outputs)

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        mean = deviation = None
        if self.normalisation is not None:
            window, mean, deviation = self.normalisation(window)
        series = window.transpose(1, 2)
        ends = [series[..., :1].expand(-1, -1, self.side), series, series[..., -1:].expand(-1, -1, self.side)]
        trend = nn.functional.avg_pool1d(torch.cat(ends, dim=2), 2 * self.side + 1, stride=1)
        rest = series - trend
        if self.task.outputs is not None:
            figures = self.of_trend(trend.flatten(1)) + self.of_rest(rest.flatten(1))
            return figures.reshape(-1, self.task.steps, self.task.outputs)
        forecast = (self.of_trend(trend) + self.of_rest(rest)).transpose(1, 2)
        return forecast if mean is None else forecast * deviation + mean
