"""Learning rates over a training, as published trainings take them."""

import math

WARM = 0.3


def rate_at(schedule: str, peak: float, *, epoch: int, step: int, per_epoch: int, epochs: int) -> float:
    """`epoch` counts from 1, `step` from 0 within it. `oneCycle` (Smith 2018): from a 25th up over three tenths of the
    training, then down to almost nothing, both along a cosine; `cosine`: down only; `decay`: three epochs of the full rate,
    then nine tenths of the one before in each; `halving`: half of the one before in each."""
    share = ((epoch - 1) * per_epoch + step) / max(1, epochs * per_epoch - 1)
    if schedule == "oneCycle":
        if share < WARM:
            return between(peak / 25, peak, share / WARM)
        return between(peak, peak / 250_000, (share - WARM) / (1 - WARM))
    if schedule == "cosine":
        return between(peak, 0.0, share)
    if schedule == "decay":
        return peak * 0.9 ** max(0, epoch - 3)
    if schedule == "halving":
        return peak * 0.5 ** (epoch - 1)
    return peak


def between(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
