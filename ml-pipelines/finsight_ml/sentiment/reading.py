"""Prepared rows as one Parquet object: columns text, target, label, set, fold, split, weight, weak."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from ..contracts import ObjectRef
from ..errors import DataQualityError, InvalidInputError
from ..objects import FileObjects
from .texts import LABELS, Example

# The last: of sets that nothing of trains.
TRAIN, VALIDATION, TEST, MEASURED = 0, 1, 2, 3
COLUMNS = ("text", "target", "label", "set", "fold", "split", "weight", "weak")
ROWS = 8192


def read_table(path: Path, split: int) -> Iterator[Example]:
    """Examples of one split, a batch of rows at a time: memory does not grow with the table. Raises DataQualityError."""
    file = pq.ParquetFile(path)
    missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
    if missing:
        raise DataQualityError(f"{path.name} has the columns {', '.join(file.schema_arrow.names)}; missing: {', '.join(missing)}")
    for batch in file.iter_batches(batch_size=ROWS, columns=list(COLUMNS)):
        for row in batch.to_pylist():
            if row["split"] == split:
                yield example_of(row)


def example_of(row: dict) -> Example:
    if row["label"] not in LABELS or not row["text"] or not 0 <= row["weight"] < float("inf"):
        raise DataQualityError(
            f'A row labelled "{row["label"]}" with the weight {row["weight"]} and the text "{str(row["text"])[:60]}"; '
            f"labels are {', '.join(LABELS)}, weights finite, and texts not empty"
        )
    return Example(
        text=row["text"],
        target=row["target"] or None,
        label=LABELS.index(row["label"]),
        set=row["set"],
        fold=row["fold"],
        weight=row["weight"],
        weak=bool(row["weak"]),
    )


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_table(objects: FileObjects, ref: ObjectRef) -> Path:
    """The file of a table. Raises InvalidInputError where there is none, DataQualityError where it was changed."""
    table = objects.path(ref.key)
    if not table.exists():
        raise InvalidInputError(f'No object "{ref.key}" below {objects.root}')
    if (found := digest_of(table)) != ref.sha256:
        raise DataQualityError(f"Object {ref.key} was changed: sha256 {found}, recorded was {ref.sha256}")
    return table
