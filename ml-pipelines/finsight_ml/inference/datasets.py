"""A version's answers for all samples of a dataset, in parts: a killed attempt is taken up behind its last one."""

import io
import os
import time
from collections.abc import Callable
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import torch

from ..dataset import Matrix, read_matrix
from ..errors import DataQualityError
from ..objects import FileObjects
from .contracts import InferenceRequest, InferenceResult, ServedModel
from .running import ONNX, TORCHSCRIPT, InputFault, ModelFault, Opened, Settings, Version, open_version

# Rows of a part, about: what a killed worker loses, and what is held in memory.
PART_ROWS = 16_384


def infer_dataset(
    request: InferenceRequest, objects: FileObjects, beat: Callable[[dict], None] = lambda _: None, *, part_rows: int = PART_ROWS
) -> InferenceResult:
    """Raises InvalidInputError and DataQualityError."""
    started = time.monotonic()
    data = objects.get(request.dataset.object)
    matrix = read_matrix(data, request.dataset)
    times = parquet.read_table(io.BytesIO(data), columns=["time"])["time"].to_numpy()
    opened = opened_version(request.model, objects)
    rows = torch.nonzero(matrix.split >= 0).flatten()
    size = max(1, part_rows // request.batch_size) * request.batch_size
    parts = rows.split(size)
    resumed = 0
    for place, part in enumerate(parts):
        path = objects.path(f"{request.key}.parts/{place:05}.parquet")
        if path.exists() and parquet.read_metadata(path).num_rows == len(part):
            resumed += len(part)
            continue
        table = answered(opened, matrix, part, times, batch_size=request.batch_size)
        objects.put(f"{request.key}.parts/{place:05}.parquet", written(table))
        beat({"rows": min(len(rows), (place + 1) * size), "of": len(rows)})
    names = [f"{request.key}.parts/{place:05}.parquet" for place in range(len(parts))]
    answers = objects.put(request.key, written(pa.concat_tables([parquet.read_table(objects.path(name)) for name in names])))
    for name in names:
        objects.path(name).unlink(missing_ok=True)
    objects.path(f"{request.key}.parts").rmdir()
    return InferenceResult(
        answers=answers,
        rows=len(rows),
        file_sha256=opened.version.file_sha256,
        platform=opened.runner.platform,
        provider=opened.runner.provider,
        resumed_at=resumed,
        seconds=time.monotonic() - started,
    )


def opened_version(model: ServedModel, objects: FileObjects) -> Opened:
    file = model.torchscript or model.onnx
    version = Version(
        name=model.name,
        version=model.version,
        sha256=model.onnx.sha256,
        kind=TORCHSCRIPT if model.torchscript else ONNX,
        file_sha256=file.sha256,
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    settings = Settings(threads=int(os.environ.get("OMP_NUM_THREADS", "2")), device=device)
    try:
        return open_version(version, objects.get(file), settings)
    except ModelFault as error:
        raise DataQualityError(str(error)) from error


def answered(opened: Opened, matrix: Matrix, rows: torch.Tensor, times: np.ndarray, *, batch_size: int) -> pa.Table:
    """One row a sample. Raises DataQualityError for an answer that is not finite or of another shape."""
    found: dict[str, list[np.ndarray]] = {}
    for batch in rows.split(batch_size):
        try:
            outputs = opened.run({"features": matrix.windows(batch).numpy()})
        except InputFault as error:
            raise DataQualityError(str(error)) from error
        for name, value in outputs.items():
            if value.shape[:1] != (len(batch),):
                raise DataQualityError(f'Model {opened.version} answers {list(value.shape)} in "{name}" for {len(batch)} rows')
            flat = value.reshape(len(batch), -1)
            bad = np.flatnonzero(~np.isfinite(flat).all(axis=1))
            if len(bad):
                raise DataQualityError(f'Model {opened.version} answers what is not finite in "{name}", row {int(batch[bad[0]])} of the dataset')
            for column, place in enumerate(product(*(range(each) for each in value.shape[1:]))):
                found.setdefault("_".join([name, *map(str, place)]), []).append(flat[:, column])
    own = rows.numpy()
    columns = {
        "row": own.astype(np.int64),
        "time": times[own].astype(np.int64),
        "stream": matrix.stream.numpy()[own].astype(np.int32),
        "split": matrix.split.numpy()[own].astype(np.int32),
    }
    return pa.table({**columns, **{name: np.concatenate(values) for name, values in found.items()}})


def written(table: pa.Table) -> bytes:
    target = io.BytesIO()
    parquet.write_table(table, target)
    return target.getvalue()
