"""PatchTST (Nie et al. 2023): a transformer over patches of each channel, with one linear head over all of them.

The network is written out here instead of taken from transformers: the same weights give the same numbers (a test holds
them beside each other), and a step takes less time on a CPU, where many small operations rule it: query, key and value
are one product, the attention is torch's fused one, and the channels are folded into the batch. As in the authors' code
the norms are batch norms after each sublayer and the attention has no dropout of its own; their residual attention scores
are left out, as transformers leaves them out.
"""

import torch
from torch import nn

from .dropping import Dropout
from .network import Task, Value, chosen
from .patches import Head, InstanceNormalisation, Patches, check_sizes

DEFAULTS: dict[str, Value] = {
    "d_model": 16,
    "layers": 2,
    "heads": 4,
    "feed_forward": 32,
    "patch": 16,
    "stride": 16,
    "end_padding": False,
    "dropout": 0.2,
    "head_dropout": 0.2,
    # Features are stationary: a norm of each window would take their level away.
    "instance_normalisation": False,
}
# Each channel's own future is forecast as in the paper.
SERIES_DEFAULTS: dict[str, Value] = {
    **DEFAULTS,
    "layers": 3,
    "feed_forward": 128,
    "stride": 8,
    "end_padding": True,
    "dropout": 0.3,
    "head_dropout": 0.0,
    "instance_normalisation": True,
}


def build(task: Task, params: dict[str, Value]) -> nn.Module:
    """Raises ValueError for a parameter that is unknown, of another kind, or does not go with the others."""
    values = chosen("patchtst", SERIES_DEFAULTS if task.outputs is None else DEFAULTS, params)
    sizes = ("d_model", "layers", "heads", "feed_forward", "patch", "stride")
    check_sizes("patchtst", values, sizes=sizes, chances=("dropout", "head_dropout"))
    if values["d_model"] % values["heads"]:
        raise ValueError(f"d_model {values['d_model']} of patchtst is no multiple of heads {values['heads']}")
    return PatchTst(task, values)


class PatchTst(nn.Module):
    """float32 [batch, look_back, channels] → [batch, steps, channels or outputs]."""

    def __init__(self, task: Task, values: dict) -> None:
        super().__init__()
        width = values["d_model"]
        self.returns_level = values["instance_normalisation"] and task.outputs is None
        self.normalisation = InstanceNormalisation() if values["instance_normalisation"] else None
        self.patches = Patches(task, length=values["patch"], stride=values["stride"], padded=values["end_padding"])
        self.embedding = nn.Linear(self.patches.length, width)
        self.position = nn.Parameter(torch.empty(self.patches.count, width).uniform_(-0.02, 0.02))
        self.dropout = Dropout(values["dropout"])
        self.layers = nn.ModuleList(
            Layer(width, heads=values["heads"], feed_forward=values["feed_forward"], dropout=values["dropout"])
            for _ in range(values["layers"])
        )
        self.head = Head(task, patches=self.patches.count, width=width, dropout=values["head_dropout"])

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        mean = deviation = None
        if self.normalisation is not None:
            window, mean, deviation = self.normalisation(window)
        hidden = self.dropout(self.embedding(self.patches(window)) + self.position)
        for layer in self.layers:
            hidden = layer(hidden)
        forecast = self.head(hidden)
        return forecast * deviation + mean if self.returns_level else forecast


class Layer(nn.Module):
    """Attention over the patches, then a feed-forward net; each is added to what it was given, then batch-normed."""

    def __init__(self, width: int, *, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.attended = nn.Linear(width, 3 * width)
        self.mixed = nn.Linear(width, width)
        self.widened = nn.Linear(width, feed_forward)
        self.narrowed = nn.Linear(feed_forward, width)
        self.dropout = Dropout(dropout)
        self.first_norm, self.second_norm = nn.BatchNorm1d(width), nn.BatchNorm1d(width)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        rows, count, width = hidden.shape
        parts = self.attended(hidden).view(rows, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        mixed = self.mixed(attended.transpose(1, 2).reshape(rows * count, width))
        # The norms take all patches of all windows as their rows.
        flat = self.first_norm(hidden.reshape(rows * count, width) + self.dropout(mixed))
        fed = self.narrowed(self.dropout(nn.functional.gelu(self.widened(flat))))
        return self.second_norm(flat + self.dropout(fed)).view(rows, count, width)
