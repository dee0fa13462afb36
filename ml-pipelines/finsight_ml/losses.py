"""What forecasts are fitted to: the mean by Huber's loss, quantiles by the pinball loss (Koenker & Bassett 1978)."""

import torch
from torch import nn


def path_loss(path: torch.Tensor, targets: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """Mean over samples and horizons of Huber's loss of the mean plus the mean pinball loss of the quantiles.

    path [batch, horizons, 1 + quantiles] (mean first), targets [batch, horizons], levels [quantiles]."""
    mean = nn.functional.huber_loss(path[..., 0], targets)
    if len(levels) == 0:
        return mean
    missed = targets.unsqueeze(-1) - path[..., 1:]
    return mean + torch.maximum(levels * missed, (levels - 1) * missed).mean()


def uncrossed(path: torch.Tensor) -> torch.Tensor:
    """Sorts the quantiles of each forecast, which never makes the pinball loss worse (Chernozhukov et al. 2010)."""
    if path.shape[-1] < 3:
        return path
    return torch.cat([path[..., :1], path[..., 1:].sort(dim=-1).values], dim=-1)


def constants(targets: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """[horizons, 1 + quantiles]: mean and quantiles of `targets` [rows, horizons], the forecast that knows nothing else."""
    values = targets.double()
    figures = [values.mean(dim=0, keepdim=True)]
    if len(levels):
        # torch.quantile refuses more than 2^24 values.
        ordered = values.sort(dim=0).values
        places = levels.double() * (len(values) - 1)
        below = places.floor().long()
        above = (below + 1).clamp(max=len(values) - 1)
        share = (places - below).unsqueeze(1)
        figures.append(ordered[below] * (1 - share) + ordered[above] * share)
    return torch.cat(figures).T.float().contiguous()
