"""Additive exponential smoothing as a linear rule: statsforecast finds form and parameters, a window's past is filtered."""

from dataclasses import dataclass

import numpy as np

from .linear import Linear


@dataclass(frozen=True)
class Smoothing:
    """ETS(A, N or A or Ad, N or A): the innovations form of Hyndman et al. (2008), chapter 2. `beta` and `gamma` are None
    without a trend and a season; `phi` is 1 for a trend that is not damped."""

    alpha: float
    beta: float | None
    gamma: float | None
    phi: float
    season: int


def smoothing_rule(series: np.ndarray, *, look_back: int, steps: int, season: int) -> Linear:
    """The rule fitted to `series` [rows], for windows of `look_back` rows."""
    smoothing = fitted(series, season=min(season, max(1, look_back // 2)))
    # What is linear in a window is known by its answers to the windows with a single 1.
    return Linear(filtered(smoothing, np.eye(look_back), steps=steps), np.zeros(steps))


def fitted(series: np.ndarray, *, season: int) -> Smoothing:
    """Form by AICc among the additive ones, parameters by likelihood."""
    from statsforecast.models import AutoETS

    model = AutoETS(season_length=season, model="AZA" if season > 1 and len(series) > 2 * season else "AZN")
    # [alpha, beta, gamma, phi, …]; what the form lacks is NaN.
    alpha, beta, gamma, phi = (float(each) for each in model.fit(series).model_["par"][:4])
    return Smoothing(
        alpha=alpha,
        beta=None if np.isnan(beta) else beta,
        gamma=None if np.isnan(gamma) else gamma,
        phi=1.0 if np.isnan(phi) else phi,
        season=1 if np.isnan(gamma) else season,
    )


def filtered(smoothing: Smoothing, windows: np.ndarray, *, steps: int) -> np.ndarray:
    """[n, look_back] → the next `steps` [n, steps]. The states start from the window's own line and season."""
    rows, look_back = windows.shape
    level, trend, seasonal = started(smoothing, windows)
    beta, gamma = smoothing.beta or 0.0, smoothing.gamma or 0.0
    for row in range(look_back):
        place = row % smoothing.season
        damped = smoothing.phi * trend
        error = windows[:, row] - (level + damped + seasonal[:, place])
        level = level + damped + smoothing.alpha * error
        trend = damped + beta * error
        seasonal[:, place] = seasonal[:, place] + gamma * error
    future = np.empty((rows, steps))
    ahead = 0.0
    for step in range(steps):
        ahead += smoothing.phi ** (step + 1)
        future[:, step] = level + ahead * trend + seasonal[:, (look_back + step) % smoothing.season]
    return future


def started(smoothing: Smoothing, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Level and trend [n] before the first row, and a season [n, season] that adds up to nothing. All linear in the window."""
    rows, look_back = windows.shape
    mean = windows.mean(axis=1)
    trend = np.zeros(rows)
    level = mean
    if smoothing.beta is not None:
        place = np.arange(look_back) - (look_back - 1) / 2
        trend = windows @ place / max(1.0, float(place @ place))
        level = mean - trend * (look_back + 1) / 2
    seasonal = np.zeros((rows, smoothing.season))
    if smoothing.season > 1:
        rest = windows - level[:, None] - trend[:, None] * np.arange(1, look_back + 1)
        for place in range(smoothing.season):
            seasonal[:, place] = rest[:, place :: smoothing.season].mean(axis=1)
        seasonal -= seasonal.mean(axis=1, keepdims=True)
    return level, trend, seasonal
