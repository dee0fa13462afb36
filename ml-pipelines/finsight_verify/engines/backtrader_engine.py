"""Backtrader: its own indicators, broker, commission and slippage; a market order is filled at the next open."""

import math
from datetime import UTC, datetime

import backtrader as bt
import numpy as np
import pandas as pd

from ..contracts import ExternalTrade, Operand, RefusedOrder
from ..decisions import next_position
from ..job import Job, Outcome, wanted_units

# Its check of the cash knows no roundings: all of it is spent but for this share.
KEPT = 1e-12
COLUMNS = frozenset({"SMA", "EMA", "RSI", "BB", "MACD", "DONCHIAN"})


def version() -> str:
    return bt.__version__


def run(job: Job) -> Outcome:
    # Sizes that need the price of the fill are decided at the open itself, before the orders of that bar are matched.
    at_open = not job.sized_in_units
    cerebro = bt.Cerebro(stdstats=False, cheat_on_open=at_open, runonce=True, preload=True)
    broker = cerebro.broker
    broker.set_cash(job.cash)
    broker.setcommission(commission=job.fee)
    if at_open:
        broker.set_coo(True)
    if job.slippage > 0:
        broker.set_slippage_perc(job.slippage, slip_open=True, slip_match=True, slip_out=True)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame(job)))
    cerebro.addstrategy(Following, job=job)
    strategy = cerebro.run()[0]
    return Outcome(
        decided="rule" if job.by_rule else "replay",
        final_equity=float(broker.getvalue()),
        trades=strategy.finished(),
        refused=strategy.refused,
    )


def frame(job: Job) -> pd.DataFrame:
    index = pd.DatetimeIndex(job.time.astype("datetime64[ms]").astype("datetime64[ns]"))
    return pd.DataFrame({name: job.prices[name] for name in ("open", "high", "low", "close", "volume")}, index=index)


class Following(bt.Strategy):
    """Follows the rule, or the given decisions."""

    params = (("job", None),)

    def __init__(self) -> None:
        self.job: Job = self.p.job
        self.refused: list[RefusedOrder] = []
        self.fills: list[tuple[int, float, float, float]] = []
        self.position_wanted = 0.0
        self.asked = 0.0
        self.lines_used = [line_of(self.data, each) for each in self.job.rule.columns] if self.job.by_rule else []

    def prenext(self) -> None:
        # Columns become defined one after the other; those that are not yet are NaN.
        self.next()

    def read(self, operand: Operand) -> float:
        if operand.column < 0:
            return operand.constant
        bar = len(self) - 1 - operand.lag
        if bar < self.job.rule.columns[operand.column].first_valid:
            return math.nan
        return self.lines_used[operand.column][-operand.lag]

    def next(self) -> None:
        if self.job.by_rule:
            self.position_wanted = float(next_position(self.job.rule, int(self.position_wanted), self.read))
        else:
            self.position_wanted = float(self.job.decision[len(self) - 1])
        if self.job.sized_in_units and len(self) < self.job.rows:
            self.order_to(wanted_units(self.job, self.position_wanted, math.nan, math.nan))

    def next_open(self) -> None:
        """With sizes of equity: yesterday's decision at today's open."""
        price = self.data.open[0]
        units = self.position.size
        leaving = price * (1 - math.copysign(self.job.slippage, units))
        cash = self.broker.getcash() + units * leaving - abs(units) * leaving * self.job.fee
        slipped = price * (1 + math.copysign(self.job.slippage, self.position_wanted))
        self.order_to(wanted_units(self.job, self.position_wanted, slipped, cash * (1 - KEPT)))

    nextstart_open = next_open
    prenext_open = next_open

    def order_to(self, target: float) -> None:
        """Leaves what is held and enters what is wanted, each as an order of its own."""
        if self.position_wanted == self.asked:
            return
        self.asked = self.position_wanted
        if self.position.size:
            self.close()
        if target > 0:
            self.buy(size=target)
        elif target < 0:
            self.sell(size=-target)

    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed:
            bar = self.bar_of(order.executed.dt)
            self.fills.append((bar, order.executed.size, order.executed.price, order.executed.comm))
        elif order.status in (order.Margin, order.Rejected, order.Canceled):
            last = len(self) - 1
            self.refused.append(RefusedOrder(time=float(self.job.time[last]), reason=reason_of(order)))

    def bar_of(self, when: float) -> int:
        # Its times are days as floats, exact to some 10 microseconds.
        moment = bt.num2date(when).replace(tzinfo=UTC)
        milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
        return near(self.job.time, milliseconds)

    def finished(self) -> list[ExternalTrade]:
        """Fills as trades: one that leaves, and one that enters."""
        trades: list[ExternalTrade] = []
        for bar, size, price, fee in self.fills:
            time = float(self.job.time[bar])
            open_trade = trades[-1] if trades and trades[-1].exit_time is None else None
            if open_trade and (size < 0) == (open_trade.side == "long"):
                changes = {"exit_time": time, "exit_price": price, "fees": open_trade.fees + fee}
                trades[-1] = open_trade.model_copy(update=changes)
                continue
            trades.append(
                ExternalTrade(
                    side="long" if size > 0 else "short",
                    entry_time=time,
                    entry_price=price,
                    exit_time=None,
                    exit_price=None,
                    units=abs(size),
                    fees=fee,
                )
            )
        return trades


def near(times: np.ndarray, milliseconds: float) -> int:
    """The bar whose time is nearest."""
    after = int(np.searchsorted(times, milliseconds))
    candidates = [bar for bar in (after - 1, after) if 0 <= bar < len(times)]
    return min(candidates, key=lambda bar: abs(times[bar] - milliseconds))


def reason_of(order: bt.Order) -> str:
    side = "buy" if order.isbuy() else "sell"
    size = abs(order.created.size)
    why = "cash does not cover it" if order.status == order.Margin else order.getstatusname()
    return f"{side} {size:g} units: {why}"


def line_of(data: bt.AbstractDataBase, column) -> bt.LineBuffer:
    """Backtrader's own indicator, without drawing."""
    arguments = column.args
    match column.name:
        case "SMA":
            return bt.indicators.SMA(data.close, period=int(arguments[0])).lines[0]
        case "EMA":
            return bt.indicators.EMA(data.close, period=int(arguments[0])).lines[0]
        case "RSI":
            return bt.indicators.RSI(data.close, period=int(arguments[0]), safediv=True).lines[0]
        case "BB":
            bands = bt.indicators.BollingerBands(data.close, period=int(arguments[0]), devfactor=arguments[1])
            return {"UPPER": bands.top, "MIDDLE": bands.mid, "LOWER": bands.bot}[column.output]
        case "MACD":
            fast, slow, smooth = (int(each) for each in arguments)
            lines = bt.indicators.MACDHisto(data.close, period_me1=fast, period_me2=slow, period_signal=smooth)
            return {"MACD": lines.macd, "MACDSIGNAL": lines.signal, "MACDHIST": lines.histo}[column.output]
        case "DONCHIAN":
            high = bt.indicators.Highest(data.high, period=int(arguments[0]))
            low = bt.indicators.Lowest(data.low, period=int(arguments[0]))
            return {"UPPER": high.lines[0], "LOWER": low.lines[0], "MIDDLE": (high + low) / 2}[column.output]
        case name:
            return getattr(data, name)
