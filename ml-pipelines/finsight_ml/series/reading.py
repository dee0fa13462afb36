"""A table with a time column from csv, csv.gz or parquet; what is no number, or out of order, is named and refused."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from ..errors import InvalidInputError
from .times import Clock, clock_of


@dataclass(frozen=True)
class Series:
    """values float64 [rows, columns] in the order of the time, which ascends strictly."""

    names: tuple[str, ...]
    values: np.ndarray
    clock: Clock
    total_rows: int
    sha256: str


def read_series(path: Path, *, time_column: str, columns: tuple[str, ...] | None, rows: int) -> Series:
    """The first `rows` rows; without `columns` all but the time. Raises InvalidInputError naming the row and the column."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"The data {path} cannot be read: {error.strerror}") from error
    table = table_of(path, data)
    names = names_of(path, table, time_column, columns)
    if table.num_rows < rows:
        raise InvalidInputError(f"{path.name} has {table.num_rows} rows; the split needs {rows}")
    used = table.slice(0, rows)
    clock = clock_of(path.name, time_column, used[time_column])
    values = np.stack([numbers_of(path.name, name, used[name]) for name in names], axis=1)
    return Series(names, values, clock, table.num_rows, hashlib.sha256(data).hexdigest())


def table_of(path: Path, data: bytes) -> arrow.Table:
    """Cells of a csv stay texts here, so that a wrong one can be shown as it was written."""
    kinds = path.name.lower().split(".")[1:]
    try:
        if kinds[-1:] == ["parquet"]:
            return parquet.read_table(io.BytesIO(data))
        if kinds[-1:] == ["csv"] or kinds[-2:] == ["csv", "gz"]:
            stream = arrow.input_stream(io.BytesIO(data), compression="gzip" if kinds[-1] == "gz" else None)
            plain = stream.read()
            header = plain.split(b"\n", 1)[0].decode("utf-8-sig").strip()
            separator = max(",;\t", key=header.count)
            names = [each.strip().strip('"') for each in header.split(separator)]
            return csv.read_csv(
                io.BytesIO(plain),
                parse_options=csv.ParseOptions(delimiter=separator),
                convert_options=csv.ConvertOptions(column_types={name: arrow.string() for name in names}),
            )
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path.name} cannot be read as {'.'.join(kinds)}: {error}") from error
    raise InvalidInputError(f"{path.name} is of an unknown kind; known: .csv, .csv.gz, .parquet")


def names_of(path: Path, table: arrow.Table, time_column: str, columns: tuple[str, ...] | None) -> tuple[str, ...]:
    known = table.column_names
    twice = sorted({each for each in known if known.count(each) > 1})
    if twice:
        raise InvalidInputError(f"{path.name} has the column {', '.join(twice)} twice")
    for name in (time_column, *(columns or ())):
        if name not in known:
            raise InvalidInputError(f'{path.name} has no column "{name}"; it has: {", ".join(known)}')
    if columns is not None and time_column in columns:
        raise InvalidInputError(f'"columns" names the time column "{time_column}", which is not forecast')
    names = columns or tuple(name for name in known if name != time_column)
    if not names:
        raise InvalidInputError(f'{path.name} has no column besides "{time_column}"')
    return names


def numbers_of(file: str, name: str, column: arrow.ChunkedArray) -> np.ndarray:
    """float64; a cell that is no finite number is shown with its row, the first row of data being 1."""
    whole = column.combine_chunks()
    try:
        texts = arrow.types.is_string(whole.type) or arrow.types.is_large_string(whole.type)
        numbers = compute.cast(compute.utf8_trim_whitespace(whole) if texts else whole, arrow.float64())
        values = numbers.fill_null(float("nan")).to_numpy(zero_copy_only=False)
    except arrow.ArrowException:
        values = np.array([number_or_nan(each) for each in whole.to_pylist()])
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        row = int(wrong[0])
        more = f" ({len(wrong)} such cells)" if len(wrong) > 1 else ""
        raise InvalidInputError(f'Column "{name}" of {file} has no finite number in row {row + 1}, but {whole[row].as_py()!r}{more}')
    return values


def number_or_nan(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return float("nan")
