"""What every forecaster can do, and what it is made for."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch

from ..contracts import Training
from ..dataset import TRAIN, VALIDATION, Matrix
from ..learning import Beat, Checkpoints, Fitted
from ..losses import constants
from .network import Value


@dataclass(frozen=True)
class Job:
    """A forecaster to be trained: for each horizon of the matrix a mean and quantiles, in units of volatility·√horizon."""

    kind: str
    name: str
    matrix: Matrix
    params: dict[str, Value]
    training: Training
    levels: torch.Tensor = field(init=False)
    train_rows: torch.Tensor = field(init=False)
    validation_rows: torch.Tensor = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", torch.tensor(self.training.quantiles, dtype=torch.float32))
        object.__setattr__(self, "train_rows", self.matrix.rows(TRAIN))
        object.__setattr__(self, "validation_rows", self.matrix.rows(VALIDATION))

    @property
    def outputs(self) -> int:
        """Figures per horizon: the mean and the quantiles."""
        return 1 + len(self.training.quantiles)

    def constants(self) -> torch.Tensor:
        """[horizons, outputs]: mean and quantiles of the training targets."""
        return constants(self.matrix.targets[self.train_rows], self.levels)


class Model(Protocol):
    """A forecaster. Same job, same seed, same machine: the same weights."""

    def fit(self, checkpoints: Checkpoints, beat: Beat) -> Fitted:
        """Trains, from where the checkpoints stand. Raises InvalidInputError and DataQualityError."""

    def predict(self, windows: torch.Tensor) -> np.ndarray:
        """float32 [n, horizons, outputs] for raw windows [n, look_back, features]; quantiles ascend."""

    def export(self) -> bytes:
        """The ONNX file: `features` [batch, look_back, features] → `target` [batch], `path` [batch, horizons, outputs]."""

    def script(self) -> torch.jit.ScriptModule | None:
        """What the file holds, traced; None where nothing of PyTorch computes it."""

    def weights(self) -> dict[str, np.ndarray]:
        """What forecasts depend on, by name."""
