"""The feature matrix as tensors, held once in memory; windows are cut from it by index, never copied ahead."""

import io
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.parquet as parquet
import torch

from .contracts import DatasetRef
from .errors import DataQualityError, InvalidInputError

TRAIN, VALIDATION, TEST = 0, 1, 2
# Rare moves of many deviations would rule the loss; the metrics in TypeScript see them whole.
TARGET_LIMIT = 5.0
# Below this nothing can be learned, nor its loss be told from chance.
LEAST_SAMPLES = 16
# A feature this close to the outcome is the outcome.
LEAK_CORRELATION = 0.9999
FLAT = 1e-6


@dataclass(frozen=True)
class Matrix:
    """features [rows, features] float32, targets [rows, horizons] float32, split and stream [rows]; a sample ends at its
    row. `main` is the place of `horizonBars` among `horizons`."""

    features: torch.Tensor
    targets: torch.Tensor
    split: torch.Tensor
    stream: torch.Tensor
    look_back: int
    names: list[str]
    horizons: list[int]
    main: int
    # What was found that is no error, in words.
    notes: list[str] = field(default_factory=list)

    def to(self, device: torch.device) -> "Matrix":
        return replace(self, features=self.features.to(device), targets=self.targets.to(device))

    def rows(self, part: int) -> torch.Tensor:
        return torch.nonzero(self.split == part).flatten()

    def windows(self, rows: torch.Tensor) -> torch.Tensor:
        """[n, look_back, features] for samples that end at `rows`."""
        offsets = torch.arange(-self.look_back + 1, 1, device=self.features.device)
        return self.features[rows[:, None] + offsets]


def read_matrix(data: bytes, ref: DatasetRef) -> Matrix:
    """Raises DataQualityError where the table is not the one that `ref` describes, or holds no usable samples."""
    check_horizons(ref)
    file = parquet.ParquetFile(io.BytesIO(data))
    targets = ["target" if horizon == ref.horizon_bars else f"target_{horizon}" for horizon in ref.horizons]
    known = file.schema_arrow.names
    missing = [name for name in ["time", "stream", "split", *targets, *ref.features] if name not in known]
    if missing:
        raise DataQualityError(f"Dataset {ref.object.key} has no column {', '.join(missing)}; it has {', '.join(known)}")
    if file.metadata.num_rows != ref.rows:
        raise DataQualityError(f"Dataset {ref.object.key} has {file.metadata.num_rows} rows; its reference says {ref.rows}")
    time = column(file, "time")
    matrix = Matrix(
        features=filled(file, ref.features),
        targets=filled(file, targets).clamp_(-TARGET_LIMIT, TARGET_LIMIT),
        split=torch.from_numpy(column(file, "split").astype(np.int64)),
        stream=torch.from_numpy(column(file, "stream").astype(np.int64)),
        look_back=ref.look_back,
        names=list(ref.features),
        horizons=list(ref.horizons),
        main=ref.horizons.index(ref.horizon_bars),
    )
    check_order(matrix, time, ref.object.key)
    check_samples(matrix, ref.object.key)
    check_content(matrix, ref.object.key)
    return matrix


def column(file: parquet.ParquetFile, name: str) -> np.ndarray:
    return file.read(columns=[name])[name].to_numpy()


def filled(file: parquet.ParquetFile, names: list[str]) -> torch.Tensor:
    """[rows, names] float32; one column at a time, so that the table is never in memory twice."""
    values = np.empty((file.metadata.num_rows, len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        values[:, place] = column(file, name)
    return torch.from_numpy(values)


def check_horizons(ref: DatasetRef) -> None:
    if sorted(set(ref.horizons)) != ref.horizons or ref.horizon_bars not in ref.horizons:
        raise InvalidInputError(
            f"Horizons {ref.horizons} of {ref.object.key} must ascend and hold horizonBars {ref.horizon_bars}"
        )
    twice = sorted({name for name in ref.features if ref.features.count(name) > 1})
    if twice:
        raise InvalidInputError(f"Dataset {ref.object.key} names the feature {', '.join(twice)} more than once")


def check_order(matrix: Matrix, time: np.ndarray, key: str) -> None:
    """Rows of one stream are contiguous and ascending by time."""
    stream = matrix.stream.numpy()
    same = stream[1:] == stream[:-1]
    behind = np.flatnonzero(same & (np.diff(time) <= 0))
    if len(behind):
        raise DataQualityError(f"Row {int(behind[0]) + 1} of {key} is not later than the one before it")
    if len(np.unique(stream)) != int((~same).sum()) + 1:
        raise DataQualityError(f"The rows of a stream of {key} are not together")


def check_samples(matrix: Matrix, key: str) -> None:
    for part, name in ((TRAIN, "training"), (VALIDATION, "validation")):
        rows = matrix.rows(part)
        if len(rows) < LEAST_SAMPLES:
            found = "no" if len(rows) == 0 else f"only {len(rows)}"
            raise DataQualityError(f"Dataset {key} has {found} {name} sample; at least {LEAST_SAMPLES}: use a longer history")
        first = rows - matrix.look_back + 1
        if int(first.min()) < 0 or not bool((matrix.stream[first] == matrix.stream[rows]).all()):
            raise DataQualityError(f"A {name} sample of {key} has fewer than {matrix.look_back} rows before it in its stream")
        check_finite(matrix, rows, f"{name} sample of {key}")


def check_finite(matrix: Matrix, rows: torch.Tensor, what: str) -> None:
    """Counts broken rows up to each row: a window is whole where the count does not change inside it."""
    whole = torch.isfinite(matrix.features).all(dim=1)
    broken = torch.cat([torch.zeros(1, dtype=torch.int64), (~whole).cumsum(0)])
    bad = rows[broken[rows + 1] != broken[rows - matrix.look_back + 1]]
    if len(bad):
        window = ~torch.isfinite(matrix.windows(bad[:1]))[0]
        row, place = (int(each) for each in torch.nonzero(window)[0])
        at = int(bad[0]) - matrix.look_back + 1 + row
        raise DataQualityError(
            f"{len(bad)} of the windows of a {what} are not finite; the first for the column {matrix.names[place]} in row {at}"
        )
    bad = rows[~torch.isfinite(matrix.targets[rows]).all(dim=1)]
    if len(bad):
        raise DataQualityError(f"The target of a {what} is not finite, first in row {int(bad[0])}")


def check_content(matrix: Matrix, key: str) -> None:
    """A target that stands still or that is among the features is refused; constant features are noted."""
    rows = matrix.rows(TRAIN)
    targets = matrix.targets[rows].double()
    for place, horizon in enumerate(matrix.horizons):
        if float(targets[:, place].std()) < FLAT:
            raise DataQualityError(f"The target of {key} at horizon {horizon} never changes in training: nothing to learn")
    still = []
    centred = targets - targets.mean(dim=0)
    for place, name in enumerate(matrix.names):
        values = matrix.features[rows, place].double()
        values = values - values.mean()
        norm = values.norm()
        if float(norm) / len(rows) ** 0.5 < FLAT:
            still.append(name)
            continue
        alike = (values @ centred).abs() / (norm * centred.norm(dim=0))
        if float(alike.max()) > LEAK_CORRELATION:
            horizon = matrix.horizons[int(alike.argmax())]
            raise DataQualityError(f"The column {name} of {key} is the target at horizon {horizon} itself: it looks ahead")
    if len(still) == len(matrix.names):
        raise DataQualityError(f"No feature of {key} ever changes in training: a constant series teaches nothing")
    if still:
        matrix.notes.append(f"Constant in training, so without effect: {', '.join(still)}")
