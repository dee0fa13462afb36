"""The time column: read, held to ascend, and its step named."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from ..errors import InvalidInputError

DAY = 86_400.0
# Seconds since 1970 stay below this until the year 5138; milliseconds are above it since 1973.
MILLISECONDS_FROM = 1e11


@dataclass(frozen=True)
class Clock:
    """Step in seconds, the most frequent one; `irregular` counts the steps that are others, and months count as such."""

    first: str
    last: str
    step_seconds: float
    irregular: int

    def season(self) -> int | None:
        """Steps of a day for what is finer than a day, of a week for days; None for others."""
        if self.step_seconds == DAY:
            return 7
        steps = DAY / self.step_seconds
        return int(steps) if self.step_seconds < DAY and steps.is_integer() else None


def clock_of(file: str, name: str, column: arrow.ChunkedArray) -> Clock:
    """Raises InvalidInputError naming the first row that is no time, or not later than the one before."""
    cells = column.combine_chunks()
    seconds = seconds_of(file, name, cells)
    steps = np.diff(seconds)
    wrong = np.flatnonzero(~(steps > 0))
    if len(wrong):
        row = int(wrong[0]) + 1
        how = "the same time as" if steps[row - 1] == 0 else "an earlier time than"
        raise InvalidInputError(
            f'Row {row + 1} of {file} has {how} the row before ("{name}": {cells[row].as_py()} after {cells[row - 1].as_py()}); sort the rows and take each time once'
        )
    found, counts = np.unique(np.round(steps, 3), return_counts=True)
    usual = float(found[counts.argmax()]) if len(found) else 0.0
    return Clock(str(cells[0].as_py()), str(cells[-1].as_py()), usual, int(counts.sum() - counts.max()) if len(found) else 0)


def seconds_of(file: str, name: str, cells: arrow.Array) -> np.ndarray:
    """Since 1970, float64. Times without a zone are taken as UTC; numbers are seconds, or milliseconds from 1e11 on."""
    if cells.null_count:
        row = int(np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False))[0])
        raise InvalidInputError(f'Column "{name}" of {file} has no time in row {row + 1}')
    kind = cells.type
    if arrow.types.is_date(kind):
        cells, kind = cells.cast(arrow.timestamp("s")), arrow.timestamp("s")
    if arrow.types.is_timestamp(kind):
        return cells.cast(arrow.timestamp("us", tz=kind.tz)).cast(arrow.int64()).to_numpy() / 1e6
    if arrow.types.is_string(kind) or arrow.types.is_large_string(kind):
        try:
            numbers = compute.cast(cells, arrow.float64())
        except arrow.ArrowException:
            return np.array([second_of(file, name, row, each) for row, each in enumerate(cells.to_pylist())])
    else:
        numbers = numbers_of(file, name, cells)
    values = numbers.to_numpy(zero_copy_only=False)
    if not np.isfinite(values).all():
        raise InvalidInputError(f'Column "{name}" of {file} has no finite time in row {int(np.flatnonzero(~np.isfinite(values))[0]) + 1}')
    return values / 1000 if np.abs(values).max() >= MILLISECONDS_FROM else values


def numbers_of(file: str, name: str, cells: arrow.Array) -> arrow.Array:
    try:
        return cells.cast(arrow.float64())
    except arrow.ArrowException as error:
        raise InvalidInputError(f'Column "{name}" of {file} is no time but {cells.type}') from error


def second_of(file: str, name: str, row: int, cell: str) -> float:
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError as error:
        raise InvalidInputError(
            f'Column "{name}" of {file} has no ISO time in row {row + 1}, but {cell!r}; right would be 2026-01-31 13:00:00'
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
