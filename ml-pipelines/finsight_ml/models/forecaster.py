"""A network with what makes it a forecaster: its scaling, the forecast that knows nothing, and what the file holds of it."""

import torch
from torch import nn

from ..losses import uncrossed

# What a network says counts for so little at first, then for as much as it learns (as in LayerScale, Touvron et al. 2021):
# moves are mostly noise, and what random weights say of them takes long to unlearn.
FIRST_SHARE = 0.1


class Forecaster(nn.Module):
    """Raw windows [batch, look_back, features] → [batch, horizons, outputs]. Scaling lives in the module, hence in the
    file, and so do the figures of the forecast that knows nothing: the network learns what differs from them."""

    def __init__(self, network: nn.Module, *, mean: torch.Tensor, deviation: torch.Tensor, constants: torch.Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.register_buffer("constants", constants)
        self.share = nn.Parameter(torch.full_like(constants, FIRST_SHARE))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.network((features - self.mean) / self.deviation) * self.share + self.constants


class Served(nn.Module):
    """What the file holds: quantiles that don't cross, and the one figure that has always been served."""

    def __init__(self, forecaster: nn.Module, main: int) -> None:
        super().__init__()
        self.forecaster, self.main = forecaster, main

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        path = uncrossed(self.forecaster(features))
        return path[:, self.main, 0], path
