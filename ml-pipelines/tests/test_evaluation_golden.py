"""The figures of domain/evaluation that other packages can compute: the golden file says what both must give.

`python -m tests.test_evaluation_golden` (in ml-pipelines) writes test/contracts/evaluation-golden.json anew with
statsmodels, statsforecast and scipy; vitest reads the same file.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "contracts" / "evaluation-golden.json"


def series() -> dict[str, list[float]]:
    """Made of sines, so that both sides could make them: returns with some memory, and log prices from them."""
    noise = [math.sin(12.9898 * i) * 43758.5453 % 1 - 0.5 for i in range(300)]
    returns = [noise[0] / 50]
    for i in range(1, 300):
        returns.append(0.0002 + 0.3 * returns[-1] + noise[i] / 50)
    logs = np.cumsum(returns) + 4
    walk = [4.0]
    for i in range(1, 300):
        walk.append(walk[-1] + 0.4 * noise[i] / 50)
    level = [w + noise[-i] / 20 for i, w in enumerate(walk)]
    return {"returns": returns, "logs": [float(x) for x in logs], "level": level}


def autoregression(values: list[float]) -> dict[str, float]:
    from statsmodels.tsa.ar_model import AutoReg

    fit = AutoReg(np.asarray(values), lags=1, trend="c").fit()
    return {
        "constant": float(fit.params[0]),
        "slope": float(fit.params[1]),
        "ahead5": float(np.sum(fit.forecast(5))),
    }


def smoothing(values: list[float]) -> dict[str, float]:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(np.asarray(values), error="add", trend=None, seasonal=None)
    fit = model.fit(disp=False, maxiter=2000, factr=10.0)
    return {
        "alpha": float(fit.smoothing_level),
        "level": float(fit.initial_level),
        "squaredError": float(np.sum(np.square(fit.resid))),
        "forecast": float(fit.forecast(1)[0]),
    }


def automatic(values: list[float]) -> dict[str, float]:
    from statsforecast.models import AutoETS

    fit = AutoETS(season_length=1, model="ANN").fit(np.asarray(values))
    return {"alpha": float(fit.model_["par"][0]), "forecast": float(fit.predict(1)["mean"][0])}


def diebold_mariano(horizon: int) -> dict[str, float]:
    """Harvey, Leybourne and Newbold 1997 by numpy, its p value by scipy."""
    from scipy import stats

    made = series()
    difference = np.square(np.asarray(made["returns"]) * 3) - np.square(np.asarray(made["level"]) - 4)
    n = len(difference)
    centred = difference - difference.mean()
    covariance = [float(np.sum(centred[lag:] * centred[: n - lag]) / n) for lag in range(horizon)]
    variance = (covariance[0] + 2 * sum(covariance[1:])) / n
    correction = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = correction * float(difference.mean()) / math.sqrt(variance)
    return {"statistic": statistic, "pValue": float(2 * stats.t.sf(abs(statistic), n - 1))}


LEVELS = [(i + 0.5) / 200 for i in range(200)]


def normal_score(mean: float, deviation: float, realised: float) -> dict[str, float]:
    """CRPS of a normal distribution in closed form (Gneiting and Raftery 2007, eq. 21), and its quantiles."""
    from scipy import stats

    z = (realised - mean) / deviation
    crps = deviation * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi))
    return {
        "mean": mean,
        "deviation": deviation,
        "realised": realised,
        "crps": float(crps),
        "quantiles": [float(q) for q in stats.norm.ppf(LEVELS, loc=mean, scale=deviation)],
    }


def golden() -> dict:
    made = series()
    return {
        "series": made,
        "ar1": autoregression(made["returns"]),
        "ses": {name: smoothing(made[name]) for name in ("logs", "level")},
        "autoEts": {name: automatic(made[name]) for name in ("logs", "level")},
        "dieboldMariano": {str(horizon): diebold_mariano(horizon) for horizon in (1, 4, 24)},
        "levels": LEVELS,
        "normal": [normal_score(0.0, 1.0, 0.3), normal_score(0.5, 2.0, -4.0), normal_score(-1.0, 0.1, -1.02)],
    }


def flat(value, path: str = "") -> dict[str, float]:
    if isinstance(value, dict):
        return {k: v for name, each in value.items() for k, v in flat(each, f"{path}/{name}").items()}
    if isinstance(value, list):
        return {k: v for i, each in enumerate(value) for k, v in flat(each, f"{path}/{i}").items()}
    return {path: float(value)}


def test_golden_figures_are_those_of_the_packages() -> None:
    pytest.importorskip("statsmodels")
    kept, made = flat(json.loads(GOLDEN.read_text())), flat(golden())
    assert kept.keys() == made.keys()
    for path, value in made.items():
        # Optimisers stop where they stop: parameters of other versions differ in the fifth digit.
        tolerance = 2e-3 if path.startswith(("/ses", "/autoEts")) else 1e-9
        assert math.isclose(kept[path], value, rel_tol=tolerance, abs_tol=tolerance / 10), path


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n")
