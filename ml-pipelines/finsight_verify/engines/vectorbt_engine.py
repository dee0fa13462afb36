"""vectorbt: its own indicators on arrays, and its order simulation compiled by numba."""

import numpy as np
import vectorbt as vbt
from numba import njit
from vectorbt.generic.nb import ewm_mean_1d_nb, rolling_max_1d_nb, rolling_min_1d_nb
from vectorbt.indicators.nb import ma_nb, mstd_nb
from vectorbt.portfolio.enums import Direction, NoOrder, SizeType
from vectorbt.portfolio.nb import order_nb

from ..contracts import ExternalTrade, RefusedOrder
from ..decisions import decide
from ..job import Job, Outcome

COLUMNS = frozenset({"SMA", "EMA", "RSI", "BB", "MACD", "DONCHIAN"})


def version() -> str:
    return vbt.__version__


def run(job: Job) -> Outcome:
    wanted = decide(job.rule, columns_of(job), job.rows) if job.by_rule else job.decision
    portfolio = traded_units(job, wanted) if job.sized_in_units else traded_equity(job, wanted)
    return Outcome(
        decided="rule" if job.by_rule else "replay",
        final_equity=float(portfolio.final_value()),
        trades=trades_of(job, portfolio),
        refused=refused_by(job, wanted, portfolio),
    )


def changes_of(wanted: np.ndarray) -> np.ndarray:
    """The position to be had at each open, NaN where nothing changes: what is decided at a close is filled at the next open."""
    held = np.concatenate(([0.0], wanted[:-1]))
    before = np.concatenate(([0.0], held[:-1]))
    return np.where(held != before, held, np.nan)


def traded_units(job: Job, wanted: np.ndarray) -> vbt.Portfolio:
    return vbt.Portfolio.from_orders(
        close=job.prices["close"],
        price=job.prices["open"],
        size=changes_of(wanted) * job.amount,
        size_type="targetamount",
        direction="both",
        fees=job.fee,
        slippage=job.slippage,
        init_cash=job.cash,
        # What the cash does not cover is refused, as other engines do, not bought in part.
        allow_partial=False,
        freq="1min",
    )


def run_grid(job: Job, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Every pair of averages as a column of one simulation: how vectorbt is meant to be used. For the bench."""
    close = job.prices["close"].reshape(-1, 1)
    averages = {period: ma_nb(close, period, False).ravel() for period in sorted({each for pair in pairs for each in pair})}
    sizes = [changes_of((averages[fast] > averages[slow]).astype(np.float64)) * job.amount for fast, slow in pairs]
    portfolio = vbt.Portfolio.from_orders(
        close=close,
        price=job.prices["open"].reshape(-1, 1),
        size=np.column_stack(sizes),
        size_type="targetamount",
        fees=job.fee,
        init_cash=job.cash,
        freq="1min",
    )
    return np.column_stack((portfolio.final_value(), portfolio.max_drawdown(), portfolio.trades.count()))


def refused_by(job: Job, wanted: np.ndarray, portfolio: vbt.Portfolio) -> list[RefusedOrder]:
    changes = changes_of(wanted)
    entries = np.flatnonzero(~np.isnan(changes) & (changes != 0))
    filled = portfolio.orders.records["idx"].to_numpy()
    return [RefusedOrder(time=float(job.time[bar]), reason="cash does not cover it") for bar in np.setdiff1d(entries, filled)]


@njit(cache=True)
def share_of_equity(c, wanted, price, fraction, fee, slippage):
    """Order of one bar: to a share of what is there after leaving, its own fee paid."""
    target = wanted[c.i]
    if np.isnan(target):
        return NoOrder
    open_price = price[c.i]
    leaving = open_price * (1 - np.sign(c.position_now) * slippage)
    cash = c.cash_now + c.position_now * leaving - abs(c.position_now) * leaving * fee
    entering = open_price * (1 + np.sign(target) * slippage)
    units = np.sign(target) * cash * fraction * abs(target) / (entering * (1 + fee))
    return order_nb(
        size=units - c.position_now,
        price=open_price,
        size_type=SizeType.Amount,
        direction=Direction.Both,
        fees=fee,
        slippage=slippage,
    )


def traded_equity(job: Job, wanted: np.ndarray) -> vbt.Portfolio:
    arguments = (changes_of(wanted), job.prices["open"], job.amount, job.fee, job.slippage)
    return vbt.Portfolio.from_order_func(job.prices["close"], share_of_equity, *arguments, init_cash=job.cash, freq="1min")


def trades_of(job: Job, portfolio: vbt.Portfolio) -> list[ExternalTrade]:
    records = portfolio.trades.records
    is_open = records["status"].to_numpy() == 0
    trades = []
    for row, open_at_end in zip(records.itertuples(), is_open, strict=True):
        trades.append(
            ExternalTrade(
                side="long" if row.direction == 0 else "short",
                entry_time=float(job.time[row.entry_idx]),
                entry_price=float(row.entry_price),
                exit_time=None if open_at_end else float(job.time[row.exit_idx]),
                exit_price=None if open_at_end else float(row.exit_price),
                units=float(row.size),
                fees=float(row.entry_fees) + (0.0 if open_at_end else float(row.exit_fees)),
            )
        )
    return trades


def columns_of(job: Job) -> list[np.ndarray]:
    return [column(job, each) for each in job.rule.columns]


def column(job: Job, wanted) -> np.ndarray:
    """By the compiled functions that vectorbt's indicators are made of: its factory compiles anew in each process."""
    close, arguments = job.prices["close"].reshape(-1, 1), wanted.args
    match wanted.name:
        case "SMA":
            return ma_nb(close, int(arguments[0]), False).ravel()
        case "EMA":
            return ma_nb(close, int(arguments[0]), True).ravel()
        case "RSI":
            return strength(job.prices["close"], int(arguments[0]))
        case "BB":
            middle = ma_nb(close, int(arguments[0]), False).ravel()
            distance = arguments[1] * mstd_nb(close, int(arguments[0]), False).ravel()
            return {"UPPER": middle + distance, "MIDDLE": middle, "LOWER": middle - distance}[wanted.output]
        case "MACD":
            fast, slow, smooth = (int(each) for each in arguments)
            line = ma_nb(close, fast, True) - ma_nb(close, slow, True)
            signal = ma_nb(line, smooth, True)
            return {"MACD": line, "MACDSIGNAL": signal, "MACDHIST": line - signal}[wanted.output].ravel()
        case "DONCHIAN":
            window = int(arguments[0])
            high = rolling_max_1d_nb(job.prices["high"], window, window)
            low = rolling_min_1d_nb(job.prices["low"], window, window)
            return {"UPPER": high, "LOWER": low, "MIDDLE": (high + low) / 2}[wanted.output]
        case name:
            return job.prices[name]


def strength(close: np.ndarray, period: int) -> np.ndarray:
    """Wilder's smoothing 1/n is the exponential one of a span of 2n - 1."""
    change = np.diff(close, prepend=np.nan)
    up = ewm_mean_1d_nb(np.where(change < 0, 0.0, change), 2 * period - 1, period)
    down = ewm_mean_1d_nb(np.abs(np.where(change > 0, 0.0, change)), 2 * period - 1, period)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 - 100 / (1 + up / down)
