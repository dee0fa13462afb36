"""Errors of a network and of naive forecasts over all windows of a part, all steps and all columns."""

from collections.abc import Iterator

import torch
from torch import nn

from .windows import Windows

BATCH = 256


@torch.no_grad()
def forecast_errors(network: nn.Module, windows: Windows, part: str) -> tuple[float, float]:
    """Mean squared and mean absolute error of standardised values; no window is dropped."""
    network.eval()
    return errors_of((network(window).float() - future for window, future in batches(windows, part)), windows, part)


def persistence_errors(windows: Windows, part: str) -> tuple[float, float]:
    """Of the last value, held."""
    return errors_of((window[:, -1:] - future for window, future in batches(windows, part)), windows, part)


def seasonal_errors(windows: Windows, part: str, season: int) -> tuple[float, float] | None:
    """Of the value one season before, the last season repeated; None where the look-back is shorter than a season."""
    if season > windows.look_back:
        return None
    places = torch.arange(windows.horizon, device=windows.rows.device) % season - season
    return errors_of((window[:, places] - future for window, future in batches(windows, part)), windows, part)


def batches(windows: Windows, part: str) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    return (windows.cut(starts) for starts in windows.starts[part].split(BATCH))


def errors_of(misses: Iterator[torch.Tensor], windows: Windows, part: str) -> tuple[float, float]:
    squared = torch.zeros((), dtype=torch.float64, device=windows.rows.device)
    absolute = torch.zeros_like(squared)
    for miss in misses:
        wide = miss.double()
        squared += wide.square().sum()
        absolute += wide.abs().sum()
    count = len(windows.starts[part]) * windows.horizon * len(windows.rows)
    return float(squared) / count, float(absolute) / count
