"""backtesting.py: it brings one indicator (a rolling mean of pandas), so other rules are replayed."""

import sys
import warnings

import backtesting
import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import FractionalBacktest
from backtesting.test import SMA

from finsight_ml.errors import InvalidInputError

from ..contracts import ExternalTrade, RefusedOrder
from ..decisions import decide
from ..job import Job, Outcome

COLUMNS = frozenset({"SMA"})
# It trades whole units; of smaller ones there are as many as a float64 tells apart.
SMALLEST_UNIT = 1e-12
ALL_OF_IT = 1 - sys.float_info.epsilon


def version() -> str:
    return backtesting.__version__


def run(job: Job) -> Outcome:
    """Raises InvalidInputError for a slippage: its spread is paid at entries only."""
    if job.slippage > 0:
        raise InvalidInputError("backtesting.py pays a spread at entries only; slippage must be 0")
    whole = job.sized_in_units and float(job.amount).is_integer() and bool(np.all(np.isin(job.decision, (-1.0, 0.0, 1.0))))
    scale = 1.0 if whole else SMALLEST_UNIT
    kind, more = (Backtest, {}) if whole else (FractionalBacktest, {"fractional_unit": scale})
    following = type("Following", (Following,), {"job": job, "scale": scale})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        backtest = kind(frame(job), following, cash=job.cash, commission=job.fee, **more)
        strategy = backtest.run()["_strategy"]
    broker = strategy._broker
    trades = [trade_of(each, job, scale) for each in (*broker.closed_trades, *broker.trades)]
    return Outcome(
        decided="rule" if job.by_rule else "replay",
        final_equity=float(broker.equity),
        trades=sorted(trades, key=lambda trade: trade.entry_time),
        refused=strategy.refused,
    )


def frame(job: Job) -> pd.DataFrame:
    index = pd.DatetimeIndex(job.time.astype("datetime64[ms]"))
    return pd.DataFrame({name.capitalize(): values for name, values in job.prices.items()}, index=index)


class Following(Strategy):
    """Follows the rule by its own average, or the given decisions."""

    job: Job
    scale: float

    def init(self) -> None:
        self.asked = 0.0
        self.expected: int | None = None
        self.refused: list[RefusedOrder] = []
        if not self.job.by_rule:
            self.wanted = self.I(lambda: self.job.decision, name="decision", plot=False)
            return
        columns = [self.column(each) for each in self.job.rule.columns]
        self.wanted = decide(self.job.rule, columns, self.job.rows)

    def column(self, wanted) -> np.ndarray:
        if wanted.name != "SMA":
            return self.job.prices[wanted.name]
        average = self.I(SMA, self.data.Close, int(wanted.args[0]), plot=False)
        # Kept, as it waits for the indicators that it knows of.
        setattr(self, f"average_{int(wanted.args[0])}", average)
        return np.asarray(average, dtype=np.float64)

    def next(self) -> None:
        bar = len(self.data) - 1
        self.note_refusal(bar)
        wanted = float(self.wanted[bar] if self.job.by_rule else self.wanted[-1])
        if wanted == self.asked:
            return
        self.asked = wanted
        for trade in self.trades:
            trade.close()
        share = min(self.job.amount * abs(wanted), ALL_OF_IT)
        size = round(self.job.amount * abs(wanted) / self.scale) if self.job.sized_in_units else share
        if wanted > 0:
            self.buy(size=size)
        elif wanted < 0:
            self.sell(size=size)
        self.expected = int(np.sign(wanted))

    def note_refusal(self, bar: int) -> None:
        """Orders that it cancels are only warned of: what was asked for is not there a bar later."""
        if self.expected is not None and np.sign(self.position.size) != self.expected:
            time = float(self.job.time[bar])
            self.refused.append(RefusedOrder(time=time, reason="the margin does not cover it"))
        self.expected = None


def trade_of(trade, job: Job, scale: float) -> ExternalTrade:
    closed = trade.exit_bar is not None
    return ExternalTrade(
        side="long" if trade.is_long else "short",
        entry_time=float(job.time[trade.entry_bar]),
        entry_price=float(trade.entry_price) / scale,
        exit_time=float(job.time[trade.exit_bar]) if closed else None,
        exit_price=float(trade.exit_price) / scale if closed else None,
        units=abs(float(trade.size)) * scale,
        fees=float(trade._commissions) if closed else job.fee * abs(float(trade.size)) * float(trade.entry_price),
    )
