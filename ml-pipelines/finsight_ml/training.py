"""One training from request to result: read, fit with checkpoints, export, prove parity, store."""

import hashlib
import time
from dataclasses import dataclass

import numpy as np

from .contracts import DistributedResult, ObjectRef, Rows, TrainRequest, TrainResult
from .dataset import TEST, TRAIN, VALIDATION, read_matrix
from .errors import DataQualityError, InvalidInputError
from .export import parity
from .learning import Beat, Fitted
from .machine import peak_memory_bytes, prepare
from .models import MODELS
from .models.model import Job, Model
from .objects import FileObjects
from .scripting import script_file, script_parity
from .tracking import log_run

PARITY_LIMIT = 1e-5
PARITY_SAMPLES = 256


@dataclass(frozen=True)
class Trained:
    """What a training came to, before anything of it is stored."""

    fitted: Fitted
    onnx: bytes
    torchscript: bytes | None
    parity: float
    rows: Rows
    parameters: int
    weights_sha256: str
    horizons: list[int]
    notes: list[str]
    peak_memory_bytes: int
    distributed: DistributedResult | None = None


def train(request: TrainRequest, objects: FileObjects, beat: Beat = lambda _: None) -> TrainResult:
    """Trains, exports, proves parity, stores the ONNX file. Raises InvalidInputError and DataQualityError."""
    started = time.monotonic()
    check(request)
    if request.training.distributed:
        from .distributed.launching import train_together

        trained = train_together(request, objects, beat)
    else:
        trained = trained_alone(request, objects, beat)
    return stored(request, trained, objects, seconds=time.monotonic() - started)


def trained_alone(request: TrainRequest, objects: FileObjects, beat: Beat) -> Trained:
    """Reads, fits and exports in this process."""
    model, job = prepared(request, objects.get(request.dataset.object))
    return finished(model, job, model.fit(ObjectCheckpoints(objects, request.spec_sha256), beat))


def prepared(request: TrainRequest, data: bytes) -> tuple[Model, Job]:
    prepare()
    matrix = read_matrix(data, request.dataset)
    job = Job(kind=request.kind, name=request.name, matrix=matrix, params=dict(request.params), training=request.training)
    return MODELS[request.kind](job), job


def finished(model: Model, job: Job, fitted: Fitted) -> Trained:
    """Exports a fitted model and proves parity."""
    onnx, difference = exported(model, job)
    script, script_notes = scripted(model, job, onnx)
    weights = model.weights()
    matrix = job.matrix
    return Trained(
        fitted=fitted,
        onnx=onnx,
        parity=difference,
        rows=Rows(**{name: len(matrix.rows(part)) for name, part in (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))}),
        parameters=sum(each.size for each in weights.values()),
        weights_sha256=weights_digest(weights),
        horizons=matrix.horizons,
        torchscript=script,
        notes=[*matrix.notes, *fitted.notes, *script_notes],
        peak_memory_bytes=peak_memory_bytes(),
    )


def stored(request: TrainRequest, trained: Trained, objects: FileObjects, *, seconds: float) -> TrainResult:
    ref = objects.put(f"models/{request.spec_sha256}/model.onnx", trained.onnx)
    fitted = trained.fitted
    return TrainResult(
        onnx=ref,
        torchscript=script_ref(request, trained, objects),
        parity_max_abs=trained.parity,
        epochs=fitted.history,
        best_epoch=fitted.best_epoch,
        rows=trained.rows,
        seconds=seconds,
        parameters=trained.parameters,
        mlflow_run_id=log_run(
            request,
            fitted,
            objects,
            figures={"parity_max_abs": trained.parity},
            digests={"onnxSha256": ref.sha256, "weightsSha256": trained.weights_sha256},
        ),
        environment=fitted.environment,
        quantiles=request.training.quantiles,
        horizons=trained.horizons,
        stopped=fitted.stopped,
        batch_size=fitted.batch_size,
        weights_sha256=trained.weights_sha256,
        rows_per_second=fitted.rows_per_second,
        peak_memory_bytes=trained.peak_memory_bytes,
        notes=trained.notes,
        distributed=trained.distributed,
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


def scripted(model: Model, job: Job, onnx: bytes) -> tuple[bytes | None, list[str]]:
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
    return script, []


def script_ref(request: TrainRequest, trained: Trained, objects: FileObjects) -> ObjectRef | None:
    if trained.torchscript is None:
        return None
    # By its digest: traced again, its bytes may be others, and a stored version must keep its own.
    digest = hashlib.sha256(trained.torchscript).hexdigest()
    return objects.put(f"models/{request.spec_sha256}/torchscript-{digest[:16]}.pt", trained.torchscript)


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
