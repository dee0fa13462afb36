"""One training from request to result: read, fit with checkpoints, export, prove parity, store."""

import hashlib
import time

import numpy as np

from .contracts import ObjectRef, Rows, TrainRequest, TrainResult
from .dataset import TEST, TRAIN, VALIDATION, read_matrix
from .errors import DataQualityError, InvalidInputError
from .export import parity
from .learning import Beat
from .machine import peak_memory_bytes, prepare
from .models import MODELS
from .models.model import Job, Model
from .objects import FileObjects
from .scripting import script_file, script_parity
from .tracking import log_run

PARITY_LIMIT = 1e-5
PARITY_SAMPLES = 256


def train(request: TrainRequest, objects: FileObjects, beat: Beat = lambda _: None) -> TrainResult:
    """Trains, exports, proves parity, stores the ONNX file. Raises InvalidInputError and DataQualityError."""
    started = time.monotonic()
    check(request)
    prepare()
    matrix = read_matrix(objects.get(request.dataset.object), request.dataset)
    job = Job(kind=request.kind, name=request.name, matrix=matrix, params=dict(request.params), training=request.training)
    model = MODELS[request.kind](job)
    fitted = model.fit(ObjectCheckpoints(objects, request.spec_sha256), beat)
    onnx, difference = exported(model, job)
    ref = objects.put(f"models/{request.spec_sha256}/model.onnx", onnx)
    torchscript, script_notes = scripted(model, job, onnx, objects, folder=f"models/{request.spec_sha256}")
    weights = model.weights()
    return TrainResult(
        onnx=ref,
        torchscript=torchscript,
        parity_max_abs=difference,
        epochs=fitted.history,
        best_epoch=fitted.best_epoch,
        rows=Rows(**{name: len(matrix.rows(part)) for name, part in (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))}),
        seconds=time.monotonic() - started,
        parameters=sum(each.size for each in weights.values()),
        mlflow_run_id=log_run(
            request,
            fitted,
            objects,
            figures={"parity_max_abs": difference},
            digests={"onnxSha256": ref.sha256, "weightsSha256": weights_digest(weights)},
        ),
        environment=fitted.environment,
        quantiles=request.training.quantiles,
        horizons=matrix.horizons,
        stopped=fitted.stopped,
        batch_size=fitted.batch_size,
        weights_sha256=weights_digest(weights),
        rows_per_second=fitted.rows_per_second,
        peak_memory_bytes=peak_memory_bytes(),
        notes=[*matrix.notes, *fitted.notes, *script_notes],
    )


def check(request: TrainRequest) -> None:
    if request.kind not in MODELS:
        raise InvalidInputError(f'Unknown model "{request.kind}"; known: {", ".join(MODELS)}')
    levels = request.training.quantiles
    if sorted(set(levels)) != levels:
        raise InvalidInputError(f"Quantiles {levels} must ascend, each once")


def exported(model: Model, job: Job) -> tuple[bytes, float]:
    """The file and how far it differs. Raises DataQualityError beyond 1e-5."""
    onnx = model.export()
    windows = job.matrix.windows(job.validation_rows[:PARITY_SAMPLES])
    difference = parity(onnx, windows.numpy(), model.predict(windows), main=job.matrix.main)
    if not difference <= PARITY_LIMIT:
        raise DataQualityError(f"The ONNX file of {job.name} differs from its model by {difference}; allowed {PARITY_LIMIT}")
    return onnx, difference


def scripted(
    model: Model, job: Job, onnx: bytes, objects: FileObjects, *, folder: str
) -> tuple[ObjectRef | None, list[str]]:
    """The TorchScript file beside the ONNX file, where the model has one that answers like it; else a note why not: the
    version is served from the ONNX file then."""
    try:
        traced = model.script()
    except RuntimeError as error:
        return None, [f"No TorchScript file: {job.name} cannot be traced ({str(error).splitlines()[0][:200]})"]
    if traced is None:
        return None, []
    script = script_file(traced, onnx)
    difference = script_parity(script, onnx, job.matrix.windows(job.validation_rows[:PARITY_SAMPLES]).numpy())
    if not difference <= PARITY_LIMIT:
        return None, [f"No TorchScript file: it differs from the ONNX file by {difference}; allowed {PARITY_LIMIT}"]
    # By its digest: traced again, its bytes may be others, and a stored version must keep its own.
    return objects.put(f"{folder}/torchscript-{hashlib.sha256(script).hexdigest()[:16]}.pt", script), []


def weights_digest(weights: dict[str, np.ndarray]) -> str:
    """sha256 over the weights by name, whatever exporter writes the file."""
    digest = hashlib.sha256()
    for name, value in sorted(weights.items()):
        digest.update(f"{name} {list(value.shape)} {value.dtype.str}\n".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


class ObjectCheckpoints:
    """The last checkpoint of a spec among the objects."""

    def __init__(self, objects: FileObjects, spec_sha256: str) -> None:
        self.objects, self.key = objects, f"checkpoints/{spec_sha256}/last.pt"

    def read(self) -> bytes | None:
        path = self.objects.path(self.key)
        return path.read_bytes() if path.exists() else None

    def write(self, data: bytes) -> ObjectRef:
        return self.objects.put(self.key, data)
