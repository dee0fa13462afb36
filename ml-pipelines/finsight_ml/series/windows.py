"""Standardised rows as one tensor, and windows cut from it by index: never copied ahead, never one by one."""

from dataclasses import dataclass

import numpy as np
import torch

from ..errors import InvalidInputError
from .reading import Series
from .spec import Spec

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Windows:
    """`rows` float32 [columns, rows], scaled by mean and deviation of the training rows. A window begins at its start: its
    look-back first, its horizon after. `starts` holds those of each part: the horizons lie within the part, the look-backs
    of validation and test may reach back into the part before."""

    rows: torch.Tensor
    starts: dict[str, torch.Tensor]
    look_back: int
    horizon: int

    def cut(self, starts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """[n, look_back, columns] and [n, horizon, columns]."""
        views = self.rows.unfold(1, self.look_back + self.horizon, 1)
        # index_select would copy all views first.
        both = views[:, starts].transpose(0, 1)
        return both[..., : self.look_back].transpose(1, 2), both[..., self.look_back :].transpose(1, 2)


def windows_of(series: Series, spec: Spec, device: torch.device) -> Windows:
    """Raises InvalidInputError for a part too short for one window, or a column without variation in training."""
    train = series.values[: spec.split[0]]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    # Relative to what float64 tells apart at that level.
    still = [name for name, spread, level in zip(series.names, deviation, np.abs(train).max(axis=0), strict=True) if spread <= 1e-12 * level]
    if still:
        raise InvalidInputError(f"Column {', '.join(still)} is constant over the {spec.split[0]} training rows: leave it out of \"columns\"")
    scaled = ((series.values - mean) / deviation).T.astype(np.float32)
    starts = {part: torch.arange(*bounds, device=device) for part, bounds in zip(PARTS, bounds_of(spec), strict=True)}
    return Windows(torch.from_numpy(np.ascontiguousarray(scaled)).to(device), starts, spec.look_back, spec.horizon)


def bounds_of(spec: Spec) -> list[tuple[int, int]]:
    """First start of each part, and the one after its last."""
    bounds, begin = [], 0
    for part, rows in zip(PARTS, spec.split, strict=True):
        needed = spec.horizon + (spec.look_back if part == "train" else 0)
        if rows < needed:
            what = f"lookBack {spec.look_back} + horizon {spec.horizon}" if part == "train" else f"horizon {spec.horizon}"
            raise InvalidInputError(f"The {part} part has {rows} rows, fewer than {what} = {needed}: too few for one window")
        first = 0 if part == "train" else begin - spec.look_back
        bounds.append((first, begin + rows - spec.horizon - spec.look_back + 1))
        begin += rows
    return bounds
