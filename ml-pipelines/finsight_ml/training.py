"""Training with a checkpoint per epoch: an interrupted run goes on at its epoch and ends with the same weights."""

import hashlib
import io
import math
import os
import platform
import random
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from .contracts import EpochRecord, ObjectRef, Rows, TrainRequest, TrainResult
from .dataset import TEST, TRAIN, VALIDATION, Matrix, read_matrix
from .errors import DataQualityError, InvalidInputError
from .export import export_onnx
from .models import MODELS
from .objects import FileObjects
from .tracking import log_run

PARITY_LIMIT = 1e-5
# Called between batches with what to show; raises to stop.
Beat = Callable[[dict], None]


def train(request: TrainRequest, objects: FileObjects, beat: Beat = lambda _: None) -> TrainResult:
    """Trains, exports, proves parity, stores the ONNX file. Raises InvalidInputError and DataQualityError."""
    started = time.monotonic()
    if request.kind not in MODELS:
        raise InvalidInputError(f'Unknown model "{request.kind}"; known: {", ".join(MODELS)}')
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.use_deterministic_algorithms(True)
    matrix = read_matrix(objects.get(request.dataset.object), request.dataset)
    run = Run(request, objects, matrix)
    run.resume()
    run.fit(beat)
    model = run.best_model()
    onnx, parity = export_onnx(model, matrix.windows(matrix.rows(VALIDATION)[:256]))
    if not parity <= PARITY_LIMIT:
        raise DataQualityError(f"The ONNX file of {request.name} differs from PyTorch by {parity}; allowed {PARITY_LIMIT}")
    ref = objects.put(f"models/{request.spec_sha256}/model.onnx", onnx)
    result = TrainResult(
        onnx=ref,
        parity_max_abs=parity,
        epochs=run.history,
        best_epoch=run.best_epoch,
        rows=Rows(**{name: len(matrix.rows(part)) for name, part in (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))}),
        seconds=time.monotonic() - started,
        parameters=sum(each.numel() for each in model.parameters()),
        mlflow_run_id=log_run(request, run.history, parity),
        environment=environment(),
        quantiles=[],
        horizons=[request.dataset.horizon_bars],
        stopped="finished" if len(run.history) == request.training.max_epochs else "early",
        batch_size=request.training.batch_size,
        weights_sha256=weights_digest(model),
        rows_per_second=None,
        peak_memory_bytes=None,
        notes=[],
    )
    return result


def weights_digest(model: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(f"{name} {list(value.shape)} {value.dtype}\n".encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


class Run:
    """One training: model, optimiser, random state and history, as a checkpoint holds them."""

    def __init__(self, request: TrainRequest, objects: FileObjects, matrix: Matrix) -> None:
        self.request, self.objects, self.matrix = request, objects, matrix
        seed = request.training.seed
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        self.train_rows, self.validation_rows = matrix.rows(TRAIN), matrix.rows(VALIDATION)
        mean, deviation = scaling(matrix, self.train_rows)
        try:
            self.model = MODELS[request.kind](
                look_back=matrix.look_back, mean=mean, deviation=deviation, params=dict(request.params)
            )
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=request.training.learning_rate, weight_decay=1e-3)
        steps = math.ceil(len(self.train_rows) / request.training.batch_size) * request.training.max_epochs
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, max_lr=request.training.learning_rate, total_steps=steps
        )
        self.history: list[EpochRecord] = []
        self.best_epoch, self.best_loss, self.best_state = 0, math.inf, None

    @property
    def key(self) -> str:
        return f"checkpoints/{self.request.spec_sha256}/last.pt"

    def resume(self) -> None:
        path = self.objects.path(self.key)
        if not path.exists():
            return
        state = torch.load(io.BytesIO(path.read_bytes()), weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["rng"])
        self.history = [EpochRecord.model_validate(each) for each in state["history"]]
        self.best_epoch, self.best_loss, self.best_state = state["best_epoch"], state["best_loss"], state["best_state"]

    def save(self) -> ObjectRef:
        buffer = io.BytesIO()
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": torch.get_rng_state(),
            "history": [each.model_dump(by_alias=True) for each in self.history],
            "best_epoch": self.best_epoch,
            "best_loss": self.best_loss,
            "best_state": self.best_state,
        }
        torch.save(state, buffer)
        return self.objects.put(self.key, buffer.getvalue())

    def fit(self, beat: Beat) -> None:
        training = self.request.training
        while len(self.history) < training.max_epochs and len(self.history) - self.best_epoch < training.patience:
            epoch = len(self.history) + 1
            began = time.monotonic()
            train_loss = self.epoch(epoch, beat)
            validation_loss = self.validate(beat)
            if not (math.isfinite(train_loss) and math.isfinite(validation_loss)):
                if self.best_state is None:
                    raise DataQualityError(f"The loss of {self.request.name} is not finite in epoch {epoch}; lower the learning rate")
                break
            if validation_loss < self.best_loss:
                self.best_epoch, self.best_loss = epoch, validation_loss
                self.best_state = {name: value.clone() for name, value in self.model.state_dict().items()}
            self.history.append(
                EpochRecord(
                    epoch=epoch, train_loss=train_loss, validation_loss=validation_loss, seconds=time.monotonic() - began
                )
            )
            self.save()

    def epoch(self, epoch: int, beat: Beat) -> float:
        self.model.train()
        order = self.train_rows[torch.randperm(len(self.train_rows))]
        total = 0.0
        for done, rows in enumerate(order.split(self.request.training.batch_size)):
            loss = nn.functional.huber_loss(self.model(self.matrix.windows(rows)), self.matrix.target[rows])
            self.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.schedule.step()
            total += float(loss.detach()) * len(rows)
            beat({"epoch": epoch, "maxEpochs": self.request.training.max_epochs, "batch": done})
        return total / len(order)

    def validate(self, beat: Beat) -> float:
        self.model.eval()
        total = 0.0
        with torch.no_grad():
            for rows in self.validation_rows.split(1024):
                loss = nn.functional.huber_loss(self.model(self.matrix.windows(rows)), self.matrix.target[rows], reduction="sum")
                total += float(loss)
                beat({"epoch": len(self.history) + 1, "validating": True})
        return total / len(self.validation_rows)

    def best_model(self) -> nn.Module:
        self.model.load_state_dict(self.best_state)
        return self.model.eval()


def scaling(matrix: Matrix, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each feature over the training rows; a constant feature is divided by 1."""
    values = matrix.features[rows]
    deviation = values.std(dim=0)
    return values.mean(dim=0), torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation))


def environment() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "threads": str(torch.get_num_threads()),
    }
