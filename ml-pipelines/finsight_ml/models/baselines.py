"""What a forecaster has to beat: persistence, drift, the season before, AR(1) and exponential smoothing.

Each is a rule that is linear in the past of one series. As forecasters of moves they read `return_1`, which is in units of
volatility, and add up what they expect of the next bars; their quantiles lie around the mean where the training errors lay.
`series_rule` in rules.py is the same for raw series, each channel's own future.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch

from ..contracts import EpochRecord
from ..errors import DataQualityError, InvalidInputError
from ..learning import Beat, Checkpoints, Fitted
from ..losses import constants, path_loss
from ..machine import environment
from .linear import Linear, linear_file
from .model import Job, Model
from .network import chosen
from .rules import DEFAULTS, RULES, Past

RETURN = "return_1"


@dataclass(frozen=True)
class BaselineKind:
    """A registry entry: a rule by its name."""

    rule: str

    def __call__(self, job: Job) -> Model:
        return Baseline(job, self.rule)


class Baseline:
    """A rule on the returns of a window, with quantiles where its training errors lay."""

    def __init__(self, job: Job, rule: str) -> None:
        self.job, self.rule = job, rule
        matrix = job.matrix
        if RETURN not in matrix.names:
            raise InvalidInputError(f"The baseline {rule} reads the feature {RETURN}; the dataset has {', '.join(matrix.names)}")
        self.channel = matrix.names.index(RETURN)
        try:
            self.params = chosen(rule, DEFAULTS[rule], job.params)
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        if self.params.get("season", 1) < 1:
            raise InvalidInputError(f"Parameter season of {rule} is at least 1, not {self.params['season']}")
        self.moves: Linear | None = None
        self.offsets = np.zeros((len(matrix.horizons), job.outputs))

    def fit(self, checkpoints: Checkpoints, beat: Beat) -> Fitted:
        """No checkpoints: a rule is found in one go."""
        began = time.monotonic()
        beat({"epoch": 1, "maxEpochs": 1})
        targets = self.job.matrix.targets[self.job.train_rows]
        candidates = [self.summed(each) for each in RULES[self.rule](self.past())]
        # Several streams, one rule: the one that serves all of them best.
        self.moves = min(candidates, key=lambda each: float(np.square(targets.numpy() - self.means(each, "train")).mean()))
        errors = targets - torch.from_numpy(self.means(self.moves, "train")).float()
        self.offsets = constants(errors, self.job.levels).double().numpy()
        self.offsets[:, 0] = 0.0
        loss = {part: self.loss(part) for part in ("train", "validation")}
        record = EpochRecord(
            epoch=1, train_loss=loss["train"], validation_loss=loss["validation"], seconds=time.monotonic() - began
        )
        return Fitted(
            batch_size=len(targets), history=[record], best_epoch=1, best_loss=loss["validation"], environment=environment()
        )

    def past(self) -> Past:
        matrix = self.job.matrix
        series = []
        for stream in matrix.stream.unique():
            rows = self.job.train_rows[matrix.stream[self.job.train_rows] == stream]
            if len(rows):
                # From the first window's first row; all of it was known at the end of training.
                values = matrix.features[int(rows[0]) - matrix.look_back + 1 : int(rows[-1]) + 1, self.channel].double().numpy()
                values = values[np.isfinite(values)]
                if values.std() > 0:
                    series.append(values)
        if not series:
            raise DataQualityError(f"The feature {RETURN} never changes in training: no baseline can be fitted")
        season = int(self.params.get("season", 1))
        return Past(series, look_back=matrix.look_back, steps=max(matrix.horizons), season=season, moves=True)

    def summed(self, rule: Linear) -> Linear:
        """From the next bars' moves to the move over each horizon, in units of volatility·√horizon."""
        places = [horizon - 1 for horizon in self.job.matrix.horizons]
        unit = np.sqrt(np.asarray(self.job.matrix.horizons, dtype=np.float64))
        return Linear(rule.weights.cumsum(axis=1)[:, places] / unit, rule.bias.cumsum()[places] / unit)

    def means(self, rule: Linear, part: str) -> np.ndarray:
        """[samples, horizons] in batches, so that no windows pile up."""
        rows = self.job.train_rows if part == "train" else self.job.validation_rows
        matrix, offsets = self.job.matrix, torch.arange(-self.job.matrix.look_back + 1, 1)
        series = matrix.features[:, self.channel]
        return np.concatenate([rule(series[batch[:, None] + offsets].numpy()) for batch in rows.split(4096)])

    def loss(self, part: str) -> float:
        rows = self.job.train_rows if part == "train" else self.job.validation_rows
        path = torch.from_numpy(self.means(self.moves, part)[..., None] + self.offsets).float()
        return float(path_loss(path, self.job.matrix.targets[rows], self.job.levels))

    def predict(self, windows: torch.Tensor) -> np.ndarray:
        return (self.moves(windows[..., self.channel].numpy())[..., None] + self.offsets).astype(np.float32)

    def export(self) -> bytes:
        matrix = self.job.matrix
        return linear_file(
            self.moves, offsets=self.offsets, channel=self.channel, features=len(matrix.names), main=matrix.main
        )

    def script(self) -> None:
        return None

    def weights(self) -> dict[str, np.ndarray]:
        return {"weights": self.moves.weights, "bias": self.moves.bias, "offsets": self.offsets}
