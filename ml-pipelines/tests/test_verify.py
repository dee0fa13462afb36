"""What of finsight_verify needs no engine; the engines themselves are run by test/adapters/engines.test.ts."""

import io
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from finsight_ml.errors import InvalidInputError
from finsight_verify.contracts import EngineRule, ExternalRequest
from finsight_verify.decisions import decide, is_above, next_position
from finsight_verify.engines import engine
from finsight_verify.job import held_decisions, read_job, wanted_units

NAN = math.nan
PRICE = {"name": "close", "args": [], "output": "", "firstValid": 0}


def operand(column: int, constant: float = 0.0, lag: int = 0) -> dict:
    return {"column": column, "constant": constant, "lag": lag}


def above(left: dict, right: dict) -> dict:
    return {"left": left, "right": right}


def side(direction: int, enter: dict, leave: list[dict]) -> dict:
    return {"direction": direction, "enter": enter, "exit": leave}


OVER_TEN = above(operand(0), operand(-1, 10))
UNDER_FIVE = above(operand(-1, 5), operand(0))
RULES = {
    "one side, left wherever it is not entered": [side(1, OVER_TEN, [])],
    "one side with an exit of its own": [side(1, OVER_TEN, [UNDER_FIVE])],
    "two sides": [side(1, OVER_TEN, [UNDER_FIVE]), side(-1, UNDER_FIVE, [OVER_TEN])],
    "two sides that reverse": [side(1, OVER_TEN, []), side(-1, UNDER_FIVE, [])],
    "a bar back": [side(-1, above(operand(0, lag=1), operand(0)), [])],
}
CLOSE = np.array([7.0, 11, 12, 7, 4, 3, 6, 11, 4, NAN, 12, 10])


@pytest.mark.parametrize("name", RULES)
def test_the_whole_series_is_what_each_bar_decides(name):
    rule = EngineRule.model_validate({"columns": [PRICE], "sides": RULES[name]})
    held, expected = 0, []
    for bar in range(len(CLOSE)):

        def read(wanted, bar=bar):
            if wanted.column < 0:
                return wanted.constant
            return CLOSE[bar - wanted.lag] if bar >= wanted.lag else NAN

        held = next_position(rule, held, read)
        expected.append(held)
    assert decide(rule, [CLOSE], len(CLOSE)).tolist() == expected
    assert set(expected) - {0}


def test_columns_count_for_nothing_before_they_are_defined():
    rule = EngineRule.model_validate({"columns": [PRICE | {"firstValid": 2}], "sides": RULES["one side, left wherever it is not entered"]})
    assert decide(rule, [CLOSE], len(CLOSE)).tolist()[:4] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(2, 1, True), (1, 1, False), (1 + 1e-13, 1, False), (-1, -1 - 1e-13, False), (-1, -2, True), (NAN, 1, False), (1, NAN, False)],
)
def test_above_is_more_than_a_rounding(left, right, expected):
    assert is_above(left, right) is expected


def test_decisions_are_held_and_flat_before_the_first():
    assert held_decisions(np.array([NAN, 1, NAN, -1, NAN])).tolist() == [0, 1, 1, -1, -1]


def request(**changes) -> ExternalRequest:
    given = {
        "engine": "backtrader",
        "bars": {"key": "bars", "sha256": "0" * 64, "bytes": 1},
        "decide": "rule",
        "rule": {"columns": [PRICE | {"name": "SMA", "args": [2]}], "sides": RULES["two sides"]},
        "size": {"kind": "equity", "amount": 0.5},
        "cash": 1000,
        "feeBps": 10,
        "slippageBps": 0,
        "outputKey": "out",
    }
    return ExternalRequest.model_validate(given | changes)


def table(*without: str) -> bytes:
    names = [name for name in ("time", "open", "high", "low", "close", "volume", "decision") if name not in without]
    buffer = io.BytesIO()
    parquet.write_table(pa.table({name: [1.0, 2.0] for name in names}), buffer)
    return buffer.getvalue()


def test_a_rule_is_replayed_where_an_engine_lacks_a_column_of_it():
    assert read_job(request(), table(), frozenset({"SMA"})).by_rule
    assert not read_job(request(), table(), frozenset()).by_rule
    assert not read_job(request(decide="replay"), table(), frozenset({"SMA"})).by_rule


def test_a_share_of_equity_pays_its_own_fee():
    job = read_job(request(), table(), frozenset())
    assert wanted_units(job, -1, 100, 1000) == pytest.approx(-500 / 100.1)
    assert wanted_units(job, 0, 100, 1000) == 0


def test_what_is_wrong_is_named():
    with pytest.raises(InvalidInputError, match="lacks decision"):
        read_job(request(), table("decision"), frozenset())
    with pytest.raises(InvalidInputError, match='Unknown engine "zoot"; known: backtrader'):
        engine("zoot")
