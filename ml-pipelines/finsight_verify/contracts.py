"""What crosses the border to TypeScript (domain/backtest/external.ts); compared with contracts.json."""

from typing import Literal

from pydantic import Field

from finsight_ml.contracts import Contract, ObjectRef


class RuleColumn(Contract):
    name: str = Field(min_length=1)
    args: list[float]
    output: str
    first_valid: int = Field(ge=0)


class Operand(Contract):
    column: int = Field(ge=-1)
    constant: float
    lag: int = Field(ge=0)


class Comparison(Contract):
    left: Operand
    right: Operand


class RuleSide(Contract):
    direction: int
    enter: Comparison
    exit: list[Comparison] = Field(max_length=1)


class EngineRule(Contract):
    columns: list[RuleColumn]
    sides: list[RuleSide] = Field(max_length=2)


class EngineSize(Contract):
    kind: Literal["units", "equity"]
    amount: float = Field(gt=0)


class ExternalRequest(Contract):
    engine: str = Field(min_length=1)
    bars: ObjectRef
    decide: Literal["rule", "replay"]
    rule: EngineRule
    size: EngineSize
    cash: float = Field(gt=0)
    fee_bps: float = Field(ge=0)
    slippage_bps: float = Field(ge=0)
    output_key: str = Field(min_length=1)


class ExternalTrade(Contract):
    side: Literal["long", "short"]
    entry_time: float
    entry_price: float
    exit_time: float | None
    exit_price: float | None
    units: float
    fees: float


class RefusedOrder(Contract):
    time: float
    reason: str


class ExternalTrades(Contract):
    trades: list[ExternalTrade]
    refused: list[RefusedOrder]


class ExternalResult(Contract):
    engine: str
    version: str
    decided: Literal["rule", "replay"]
    trades: ObjectRef
    final_equity: float
    seconds: float = Field(ge=0)
    cpu_seconds: float = Field(ge=0)


CONTRACTS: dict[str, type[Contract]] = {
    "engineRule": EngineRule,
    "externalRequest": ExternalRequest,
    "externalTrade": ExternalTrade,
    "externalTrades": ExternalTrades,
    "externalResult": ExternalResult,
}
