"""One backtest as the engines get it, and what each gives back."""

import io
from dataclasses import dataclass, field

import numpy as np
import pyarrow.parquet as parquet

from finsight_ml.errors import InvalidInputError

from .contracts import EngineRule, ExternalRequest, ExternalTrade, RefusedOrder

PRICES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Job:
    """Bars as float64 columns, `time` in epoch ms; `decision` is the position wanted after each close."""

    time: np.ndarray
    prices: dict[str, np.ndarray]
    decision: np.ndarray
    rule: EngineRule
    by_rule: bool
    sized_in_units: bool
    amount: float
    cash: float
    fee: float
    slippage: float

    @property
    def rows(self) -> int:
        return len(self.time)


@dataclass
class Outcome:
    decided: str
    final_equity: float
    trades: list[ExternalTrade] = field(default_factory=list)
    refused: list[RefusedOrder] = field(default_factory=list)


def read_job(request: ExternalRequest, table: bytes, supported: frozenset[str]) -> Job:
    """`supported`: names of the columns that the engine has of its own. Raises InvalidInputError."""
    columns = parquet.read_table(io.BytesIO(table))
    missing = [name for name in ("time", *PRICES, "decision") if name not in columns.column_names]
    if missing:
        raise InvalidInputError(f"The table of bars lacks {', '.join(missing)}")
    read = {name: columns[name].to_numpy().astype(np.float64) for name in ("time", *PRICES, "decision")}
    known = supported | set(PRICES)
    by_rule = request.decide == "rule" and bool(request.rule.sides) and all(each.name in known for each in request.rule.columns)
    return Job(
        time=read["time"],
        prices={name: read[name] for name in PRICES},
        decision=held_decisions(read["decision"]),
        rule=request.rule,
        by_rule=by_rule,
        sized_in_units=request.size.kind == "units",
        amount=request.size.amount,
        cash=request.cash,
        fee=request.fee_bps / 10_000,
        slippage=request.slippage_bps / 10_000,
    )


def held_decisions(decision: np.ndarray) -> np.ndarray:
    """NaN keeps what is held; flat before the first decision."""
    defined = ~np.isnan(decision)
    last = np.maximum.accumulate(np.where(defined, np.arange(len(decision)), -1))
    return np.where(last >= 0, decision[np.maximum(last, 0)], 0.0)


def wanted_units(job: Job, wanted: float, price: float, cash: float) -> float:
    """Signed units of a position entered at a fill of `price` (slippage included) with so much cash."""
    if wanted == 0:
        return 0.0
    units = job.amount * abs(wanted) if job.sized_in_units else cash * job.amount * abs(wanted) / (price * (1 + job.fee))
    return units if wanted > 0 else -units
