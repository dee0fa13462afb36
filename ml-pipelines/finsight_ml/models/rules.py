"""The baselines as rules that are linear in the past of one series; `moves` or raw series, see `Past`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInputError
from .linear import Linear
from .network import Value, chosen
from .smoothing import smoothing_rule

# Enough for five parameters; more of the past only costs time.
MOST_ROWS = 3000


@dataclass(frozen=True)
class Past:
    """Training series, float64, and what is asked of a rule: `moves` where the series are one-bar moves of a price."""

    series: list[np.ndarray]
    look_back: int
    steps: int
    season: int
    moves: bool


def persistence(past: Past) -> list[Linear]:
    """The price, or the series, stays where it is."""
    weights = np.zeros((past.look_back, past.steps))
    if not past.moves:
        weights[-1] = 1.0
    return [Linear(weights, np.zeros(past.steps))]


def drift(past: Past) -> list[Linear]:
    """It goes on as fast as it did on the average of its past."""
    (still,) = persistence(past)
    count = sum(len(each) if past.moves else len(each) - 1 for each in past.series)
    total = sum(float(each.sum()) if past.moves else float(each[-1] - each[0]) for each in past.series)
    slope = total / max(1, count)
    ahead = np.ones(past.steps) if past.moves else np.arange(1, past.steps + 1)
    return [Linear(still.weights, slope * ahead)]


def seasonal_naive(past: Past) -> list[Linear]:
    """Each step is what it was a season before."""
    if past.season > past.look_back:
        raise InvalidInputError(f"Season {past.season} of seasonal_naive is longer than the look-back of {past.look_back} rows")
    weights = np.zeros((past.look_back, past.steps))
    for step in range(past.steps):
        weights[past.look_back - past.season + step % past.season, step] = 1.0
    return [Linear(weights, np.zeros(past.steps))]


def ar1(past: Past) -> list[Linear]:
    """y[t+h] - m = f^h (y[t] - m), fitted by statsforecast; one candidate a series."""
    from statsforecast.models import AutoRegressive

    rules = []
    for series in past.series:
        found = AutoRegressive(lags=1, include_mean=True).fit(series[-MOST_ROWS:]).model_["coef"]
        powers = float(found["ar1"]) ** np.arange(1, past.steps + 1)
        weights = np.zeros((past.look_back, past.steps))
        weights[-1] = powers
        rules.append(Linear(weights, float(found["intercept"]) * (1 - powers)))
    return rules


def ets(past: Past) -> list[Linear]:
    """Additive exponential smoothing (Hyndman et al. 2008), its form and parameters chosen by statsforecast."""
    return [
        smoothing_rule(series[-MOST_ROWS:], look_back=past.look_back, steps=past.steps, season=past.season)
        for series in past.series
    ]


RULES: dict[str, Callable[[Past], list[Linear]]] = {
    "persistence": persistence,
    "drift": drift,
    "seasonal_naive": seasonal_naive,
    "ar1": ar1,
    "ets": ets,
}
DEFAULTS: dict[str, dict[str, Value]] = {
    "persistence": {},
    "drift": {},
    # Rows: a day of hours.
    "seasonal_naive": {"season": 24},
    "ar1": {},
    # 1 is no season.
    "ets": {"season": 1},
}


def series_rule(name: str, train: np.ndarray, *, look_back: int, steps: int, params: dict[str, Value]) -> Linear:
    """The rule of one raw series [rows]: a window's future is `rule(windows)`. Raises ValueError for unknown parameters."""
    season = int(chosen(name, DEFAULTS[name], params).get("season", 1))
    past = Past([train.astype(np.float64)], look_back=look_back, steps=steps, season=season, moves=False)
    return RULES[name](past)[0]
