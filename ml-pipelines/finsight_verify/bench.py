"""`python -m finsight_verify.bench <bars> <fasts> <slows> [engines]`: what a crossing of averages takes, one line an engine.

CPU seconds, warm, the least of several runs: of one run, and of every pair of averages over the same bars.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from finsight_ml.errors import InvalidInputError

from .contracts import EngineRule
from .engines import ENGINES, engine
from .job import Job

SINGLE = (20, 100)
DAY_MS = 86_400_000


def main(arguments: list[str]) -> int:
    if len(arguments) not in (3, 4):
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    rows = int(arguments[0])
    fasts, slows = ([int(each) for each in text.split(",")] for text in arguments[1:3])
    names = arguments[3].split(",") if len(arguments) == 4 else ["numpy", *ENGINES]
    pairs = [(fast, slow) for fast in fasts for slow in slows if fast < slow]
    job = job_of(rows)
    for name in names:
        print(json.dumps(measure(name, job, pairs)), flush=True)
    return 0


def measure(name: str, job: Job, pairs: list[tuple[int, int]]) -> dict:
    """Raises InvalidInputError for an unknown engine."""
    if name == "numpy":
        version, one, grid = np.__version__, lambda: reference_grid(job, [SINGLE]), lambda: reference_grid(job, pairs)
    else:
        module = engine(name)
        version, one = module.version(), lambda: module.run(crossing(job, *SINGLE))
        many = getattr(module, "run_grid", None)
        grid = (lambda: many(job, pairs)) if many else (lambda: [module.run(crossing(job, *each)) for each in pairs])
    single = least(one, 3)
    whole = least(grid, 1 if single > 1 else 2) if pairs else None
    cost = None if whole is None else whole * 1e9 / job.rows / len(pairs)
    return {
        **{"engine": name, "version": version, "bars": job.rows, "single": single},
        **{"combinations": len(pairs), "grid": whole, "nsPerBarCombination": cost},
    }


def least(work: Callable[[], object], times: int) -> float:
    """The first run warms up and is not counted, unless it was slow enough for that not to matter."""
    taken = [used(work)]
    if taken[0] < 10:
        taken = [used(work) for _ in range(times)]
    return min(taken)


def used(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def job_of(rows: int) -> Job:
    """A seeded geometric walk of minutes on a tick of 1/64."""
    random = np.random.default_rng(1)
    close = np.maximum(1, np.round(30_000 * np.exp(np.cumsum(0.0005 * random.standard_normal(rows))) * 64) / 64)
    first = np.concatenate(([30_000.0], close[:-1]))
    prices = {"open": first, "high": np.maximum(first, close), "low": np.minimum(first, close), "close": close}
    return Job(
        time=1_577_836_800_000.0 + 60_000.0 * np.arange(rows),
        prices=prices | {"volume": np.ones(rows)},
        decision=np.zeros(rows),
        rule=EngineRule(columns=[], sides=[]),
        by_rule=True,
        sized_in_units=True,
        amount=1.0,
        cash=20_000_000.0,
        fee=0.001,
        slippage=0.0,
    )


def crossing(job: Job, fast: int, slow: int) -> Job:
    def average(period: int) -> dict:
        return {"name": "SMA", "args": [period], "output": "", "firstValid": period - 1}

    operands = [{"column": column, "constant": 0, "lag": 0} for column in (0, 1)]
    side = {"direction": 1, "enter": {"left": operands[0], "right": operands[1]}, "exit": []}
    return replace(job, rule=EngineRule.model_validate({"columns": [average(fast), average(slow)], "sides": [side]}))


def reference_grid(job: Job, pairs: list[tuple[int, int]]) -> list[tuple[float, float, float]]:
    """By whole arrays, each average computed once: what is written first in numpy."""
    sums = np.concatenate(([0.0], np.cumsum(job.prices["close"])))
    averages = {}
    for period in sorted({each for pair in pairs for each in pair}):
        averages[period] = np.full(job.rows, np.nan)
        averages[period][period - 1 :] = (sums[period:] - sums[:-period]) / period
    return [reference(job, averages[fast] > averages[slow]) for fast, slow in pairs]


def reference(job: Job, above: np.ndarray) -> tuple[float, float, float]:
    """Final equity, maximum drawdown and daily Sharpe."""
    opens, close = job.prices["open"], job.prices["close"]
    held = np.concatenate(([0.0], above[:-1].astype(np.float64)))
    change = np.diff(held, prepend=0.0)
    cash = job.cash - np.cumsum(change * opens + np.abs(change) * opens * job.fee)
    equity = cash + held * close
    peak = np.maximum.accumulate(np.maximum(equity, job.cash))
    last_of_day = np.flatnonzero(np.diff(job.time // DAY_MS, append=np.inf))
    daily = np.concatenate(([job.cash], equity[last_of_day]))
    returns = np.diff(daily) / daily[:-1]
    deviation = returns.std(ddof=1) if len(returns) > 1 else np.nan
    return float(equity[-1]), float(np.max(1 - equity / peak)), float(returns.mean() / deviation * np.sqrt(365))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
