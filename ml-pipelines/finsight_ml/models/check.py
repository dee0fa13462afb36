"""`check_model(name)`: what every forecaster of the registry has to do, tried on a made market.

It fits, gives the same weights for the same seed, goes on after an interruption as if there had been none, answers with
quantiles that don't cross, and exports a file that answers alike."""

import time
from dataclasses import asdict, dataclass

import numpy as np
import torch

from ..contracts import Training
from ..dataset import TRAIN, VALIDATION, Matrix
from ..errors import DataQualityError, InvalidInputError
from ..export import parity
from ..learning import NoCheckpoints
from ..machine import prepare
from ..scripting import script_file, script_parity
from . import MODELS
from .model import Job, Model

PARITY_LIMIT = 1e-5
ROWS, LOOK_BACK, HORIZONS = 500, 48, [1, 4, 24]
TRAINING = {
    "max_epochs": 2,
    "patience": 2,
    "batch_size": 64,
    "learning_rate": 0.005,
    "seed": 11,
    "precision": "float32",
    "gradient_clip": 1.0,
    "compile": False,
    "quantiles": [0.05, 0.25, 0.5, 0.75, 0.95],
}


@dataclass(frozen=True)
class Checked:
    model: str
    parity: float
    validation_loss: float
    # That of the training targets' own mean and quantiles.
    unconditional_loss: float
    weights_sha256: str
    file_bytes: int
    seconds: float


def check_model(name: str) -> Checked:
    """Raises InvalidInputError for an unknown name, DataQualityError naming what the model does not do."""
    from ..training import weights_digest

    if name not in MODELS:
        raise InvalidInputError(f'Unknown model "{name}"; known: {", ".join(MODELS)}')
    prepare()
    began, job = time.monotonic(), made_job(name)
    model = MODELS[name](job)
    fitted = model.fit(NoCheckpoints(), lambda _: None)
    digest = weights_digest(model.weights())
    again = MODELS[name](job)
    again.fit(NoCheckpoints(), lambda _: None)
    ask(weights_digest(again.weights()) == digest, name, "gives other weights for the same seed")
    ask(weights_digest(resumed(name, job).weights()) == digest, name, "ends with other weights after an interruption")
    windows = job.matrix.windows(job.validation_rows)
    path = model.predict(windows)
    ask(path.shape == (len(windows), len(HORIZONS), job.outputs), name, f"answers in the shape {path.shape}")
    ask(bool(np.isfinite(path).all()), name, "answers with what is not finite")
    ask(bool((np.diff(path[..., 1:], axis=-1) >= 0).all()), name, "gives quantiles that cross")
    file = model.export()
    ask(file == model.export(), name, "exports another file each time")
    difference = parity(file, windows.numpy(), path, main=job.matrix.main)
    ask(difference <= PARITY_LIMIT, name, f"differs from its file by {difference}; allowed {PARITY_LIMIT}")
    traced = model.script()
    if traced is not None:
        apart = script_parity(script_file(traced, file), file, windows.numpy())
        ask(apart <= PARITY_LIMIT, name, f"has a TorchScript file that differs from its ONNX file by {apart}; allowed {PARITY_LIMIT}")
    return Checked(
        model=name,
        parity=difference,
        validation_loss=fitted.best_loss,
        unconditional_loss=unconditional_loss(job),
        weights_sha256=digest,
        file_bytes=len(file),
        seconds=round(time.monotonic() - began, 3),
    )


def check_models(names: list[str]) -> list[dict]:
    """One line each; `error` says what failed."""
    lines = []
    for name in names:
        try:
            lines.append({**asdict(check_model(name)), "error": None})
        except DataQualityError as error:
            lines.append({"model": name, "error": str(error)})
    return lines


def ask(holds: bool, name: str, fault: str) -> None:
    if not holds:
        raise DataQualityError(f"The model {name} {fault}")


def unconditional_loss(job: Job) -> float:
    from ..losses import path_loss

    targets = job.matrix.targets[job.validation_rows]
    return float(path_loss(job.constants().expand(len(targets), -1, -1), targets, job.levels))


class Kept:
    """Checkpoints in memory."""

    data: bytes | None = None

    def read(self) -> bytes | None:
        return self.data

    def write(self, data: bytes) -> None:
        self.data = data


class Interrupted(Exception):
    pass


def resumed(name: str, job: Job) -> Model:
    """Trained by two workers: the first is stopped in the middle of the second epoch."""

    def stop(detail: dict) -> None:
        if detail.get("epoch") == 2:
            raise Interrupted

    kept = Kept()
    try:
        MODELS[name](job).fit(kept, stop)
    except Interrupted:
        pass
    # What another training draws in between must not matter.
    torch.rand(1)
    model = MODELS[name](job)
    model.fit(kept, lambda _: None)
    return model


def made_job(name: str) -> Job:
    """Two streams whose moves follow the one before, a volume that follows the moves, and the hour."""
    random = np.random.default_rng(5)
    parts = [made_stream(random) for _ in range(2)]
    features, targets = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    split = np.full(2 * ROWS, -1)
    for first in (0, ROWS):
        split[first + LOOK_BACK : first + 330] = TRAIN
        split[first + 360 : first + 460] = VALIDATION
    matrix = Matrix(
        features=torch.from_numpy(features.astype(np.float32)),
        targets=torch.from_numpy(targets.astype(np.float32)),
        split=torch.from_numpy(split),
        stream=torch.arange(2).repeat_interleave(ROWS),
        look_back=LOOK_BACK,
        names=["return_1", "volume_score", "hour_sin"],
        horizons=HORIZONS,
        main=1,
    )
    return Job(kind=name, name=f"check-{name}", matrix=matrix, params={}, training=Training(**TRAINING))


def made_stream(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    ahead = max(HORIZONS)
    moves = np.zeros(ROWS + ahead)
    for row in range(1, len(moves)):
        moves[row] = 0.5 * moves[row - 1] + random.normal()
    price = moves.cumsum()
    targets = np.stack([(price[h : ROWS + h] - price[:ROWS]) / np.sqrt(h) for h in HORIZONS], axis=1)
    hour = np.sin(2 * np.pi * np.arange(ROWS) / 24)
    volume = np.abs(moves[:ROWS]) + random.normal(size=ROWS)
    return np.stack([moves[:ROWS], volume, hour], axis=1), targets
