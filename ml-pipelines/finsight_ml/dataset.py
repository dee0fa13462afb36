"""The feature matrix as tensors; windows are cut from one tensor by index, never copied ahead."""

import io
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as parquet
import torch

from .contracts import DatasetRef
from .errors import DataQualityError

TRAIN, VALIDATION, TEST = 0, 1, 2
# Rare moves of many deviations would rule the loss; the metrics in TypeScript see them whole.
TARGET_LIMIT = 5.0


@dataclass(frozen=True)
class Matrix:
    """features [rows, features] float32, target [rows] float32, split [rows]; a sample ends at its row."""

    features: torch.Tensor
    target: torch.Tensor
    split: torch.Tensor
    look_back: int

    def rows(self, part: int) -> torch.Tensor:
        return torch.nonzero(self.split == part).flatten()

    def windows(self, rows: torch.Tensor) -> torch.Tensor:
        """[n, look_back, features] for samples that end at `rows`."""
        offsets = torch.arange(-self.look_back + 1, 1)
        return self.features[rows[:, None] + offsets]


def read_matrix(data: bytes, ref: DatasetRef) -> Matrix:
    """Raises DataQualityError where the table is not the one that `ref` describes."""
    table = parquet.read_table(io.BytesIO(data))
    missing = [name for name in ["split", "target", *ref.features] if name not in table.column_names]
    if missing:
        raise DataQualityError(f"Dataset {ref.object.key} has no column {', '.join(missing)}")
    if table.num_rows != ref.rows:
        raise DataQualityError(f"Dataset {ref.object.key} has {table.num_rows} rows; its reference says {ref.rows}")
    features = np.stack([table[name].to_numpy().astype(np.float32) for name in ref.features], axis=1)
    target = np.clip(table["target"].to_numpy().astype(np.float32), -TARGET_LIMIT, TARGET_LIMIT)
    matrix = Matrix(
        torch.from_numpy(features),
        torch.from_numpy(target),
        torch.from_numpy(table["split"].to_numpy().astype(np.int64)),
        ref.look_back,
    )
    check(matrix, ref)
    return matrix


def check(matrix: Matrix, ref: DatasetRef) -> None:
    for part, name in ((TRAIN, "training"), (VALIDATION, "validation")):
        rows = matrix.rows(part)
        if len(rows) == 0:
            raise DataQualityError(f"Dataset {ref.object.key} has no {name} sample; use a longer history")
        if int(rows.min()) < ref.look_back - 1:
            raise DataQualityError(f"A {name} sample of {ref.object.key} has fewer than {ref.look_back} rows before it")
        for batch in rows.split(4096):
            if not bool(torch.isfinite(matrix.windows(batch)).all() & torch.isfinite(matrix.target[batch]).all()):
                raise DataQualityError(f"A {name} sample of {ref.object.key} is not finite")
