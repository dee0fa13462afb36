"""A rule read at each close: the state machine that all engines share; what they compute themselves are the columns."""

from collections.abc import Callable

import numpy as np

from .contracts import Comparison, EngineRule, Operand

# Relative: running sums of equal prices differ by roundings, which are no crossing.
ROUNDING = 1e-12

Read = Callable[[Operand], float]


def is_above(left: float, right: float) -> bool:
    """False where either is NaN."""
    return left > (right * (1 - ROUNDING) if right < 0 else right * (1 + ROUNDING))


def next_position(rule: EngineRule, held: int, read: Read) -> int:
    """The position wanted after a close: -1, 0 or 1."""

    def holds(comparison: Comparison) -> bool:
        return is_above(read(comparison.left), read(comparison.right))

    enters = {side.direction: holds(side.enter) for side in rule.sides}
    for side in rule.sides:
        if held == side.direction and (holds(side.exit[0]) if side.exit else not enters[held]):
            held = 0
    wanted = [direction for direction, enter in enters.items() if enter]
    return wanted[0] if held == 0 and len(wanted) == 1 else held


def decide(rule: EngineRule, columns: list[np.ndarray], rows: int) -> np.ndarray:
    """The whole series of positions from columns that are NaN where they are undefined."""
    masked = [mask(values, column.first_valid) for values, column in zip(columns, rule.columns, strict=True)]
    if len(rule.sides) == 1 and not rule.sides[0].exit:
        side = rule.sides[0]
        return np.where(holds_everywhere(side.enter, masked, rows), float(side.direction), 0.0)
    enters = {side.direction: holds_everywhere(side.enter, masked, rows) for side in rule.sides}
    exits = {
        side.direction: holds_everywhere(side.exit[0], masked, rows) if side.exit else ~enters[side.direction]
        for side in rule.sides
    }
    never = np.zeros(rows, dtype=bool)
    long, short = enters.get(1, never).tolist(), enters.get(-1, never).tolist()
    leave = {direction: values.tolist() for direction, values in exits.items()}
    wanted = np.zeros(rows)
    held = 0
    for i in range(rows):
        if held != 0 and leave[held][i]:
            held = 0
        if held == 0 and long[i] != short[i]:
            held = 1 if long[i] else -1
        wanted[i] = held
    return wanted


def mask(values: np.ndarray, first: int) -> np.ndarray:
    masked = np.array(values, dtype=np.float64)
    masked[:first] = np.nan
    return masked


def holds_everywhere(comparison: Comparison, columns: list[np.ndarray], rows: int) -> np.ndarray:
    left, right = (operand_values(each, columns, rows) for each in (comparison.left, comparison.right))
    margin = np.where(right < 0, 1 - ROUNDING, 1 + ROUNDING)
    return left > right * margin


def operand_values(operand: Operand, columns: list[np.ndarray], rows: int) -> np.ndarray:
    if operand.column < 0:
        return np.full(rows, operand.constant)
    values = columns[operand.column]
    if operand.lag == 0:
        return values
    shifted = np.full(rows, np.nan)
    shifted[operand.lag :] = values[: rows - operand.lag]
    return shifted
