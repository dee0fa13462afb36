"""Our own TimeSeriesTransformer: tokens are short stretches of all channels together, so that a price, its volume and the
news about it attend to each other from the first layer on.

An encoder in the order of Vaswani et al. (2017) with the norms before each sublayer (Xiong et al. 2020), learned positions,
and a forecast from the newest stretch beside the mean of all: what holds now, and what the window was like.
"""

import torch
from torch import nn

from .dropping import Dropout
from .network import Task, Value, chosen
from .patches import InstanceNormalisation

DEFAULTS: dict[str, Value] = {
    "d_model": 32,
    "layers": 2,
    "heads": 4,
    "feed_forward": 64,
    # Rows of the window in one token.
    "patch": 8,
    "dropout": 0.2,
    # Takes the level of each window away, which stationary features need; for raw series see Kim et al. (2022).
    "instance_normalisation": False,
}
SERIES_DEFAULTS: dict[str, Value] = {**DEFAULTS, "instance_normalisation": True}


def build(task: Task, params: dict[str, Value]) -> nn.Module:
    """Raises ValueError for a parameter that is unknown, of another kind, or does not go with the others."""
    values = chosen("transformer", SERIES_DEFAULTS if task.outputs is None else DEFAULTS, params)
    for name in ("d_model", "layers", "heads", "feed_forward", "patch"):
        if values[name] < 1:
            raise ValueError(f"Parameter {name} of transformer is at least 1, not {values[name]}")
    if not 0 <= values["dropout"] < 1:
        raise ValueError(f"Parameter dropout of transformer lies from 0 to below 1, not {values['dropout']}")
    if values["d_model"] % values["heads"]:
        raise ValueError(f"d_model {values['d_model']} of transformer is no multiple of heads {values['heads']}")
    return TimeSeriesTransformer(task, values)


class TimeSeriesTransformer(nn.Module):
    """float32 [batch, look_back, channels] → [batch, steps, channels or outputs]."""

    def __init__(self, task: Task, values: dict) -> None:
        super().__init__()
        self.task, width = task, values["d_model"]
        self.length = min(values["patch"], task.look_back)
        self.count = task.look_back // self.length
        self.normalisation = InstanceNormalisation() if values["instance_normalisation"] else None
        self.embedding = nn.Linear(self.length * task.channels, width)
        self.position = nn.Parameter(torch.empty(self.count, width).normal_(std=0.02))
        self.dropout = Dropout(values["dropout"])
        self.layers = nn.ModuleList(
            Layer(width, heads=values["heads"], feed_forward=values["feed_forward"], dropout=values["dropout"])
            for _ in range(values["layers"])
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(2 * width, task.steps * (task.outputs or task.channels))

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        mean = deviation = None
        if self.normalisation is not None:
            window, mean, deviation = self.normalisation(window)
        # What does not fill a token is cut off at the old end.
        recent = window[:, self.task.look_back - self.count * self.length :]
        tokens = recent.reshape(-1, self.count, self.length * self.task.channels)
        hidden = self.dropout(self.embedding(tokens) + self.position)
        for layer in self.layers:
            hidden = layer(hidden)
        hidden = self.norm(hidden)
        summary = torch.cat([hidden[:, -1], hidden.mean(dim=1)], dim=1)
        forecast = self.head(self.dropout(summary)).reshape(-1, self.task.steps, self.task.outputs or self.task.channels)
        if self.task.outputs is None and deviation is not None:
            return forecast * deviation + mean
        return forecast


class Layer(nn.Module):
    """Each sublayer is added to what it was given, which it sees normed."""

    def __init__(self, width: int, *, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attended, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widened, self.narrowed = nn.Linear(width, feed_forward), nn.Linear(feed_forward, width)
        self.dropout = Dropout(dropout)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        rows, count, width = hidden.shape
        parts = self.attended(self.first_norm(hidden)).view(rows, count, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(rows, count, width)
        hidden = hidden + self.dropout(self.mixed(mixed))
        fed = nn.functional.gelu(self.widened(self.second_norm(hidden)))
        return hidden + self.dropout(self.narrowed(self.dropout(fed)))
