"""LightGBM for each column's own future: one booster for each step, shared by the columns, grown one after the other."""

import json
import re
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..errors import InvalidInputError
from ..machine import threads
from ..models.network import chosen
from ..models.patches import InstanceNormalisation, check_sizes
from .fitting import State, read_checkpoint
from .measuring import forecast_errors
from .spec import Spec
from .windows import Windows

DEFAULTS = {
    # The newest values, each by itself; older ones as means of `stretch` values.
    "lags": 48,
    "stretch": 24,
    "trees": 100,
    "leaves": 15,
    "least_rows": 200,
    "row_share": 0.5,
    "feature_share": 0.7,
}
CHUNK = 4096


class Trees(nn.Module):
    """float32 [batch, look_back, columns] → [batch, steps, columns]. Windows are normalised as RevIN does. The boosters'
    texts are its weights: a state dict holds them as bytes."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        try:
            self.params = chosen("lightgbm", DEFAULTS, spec.params)
            sizes = ("lags", "stretch", "trees", "leaves", "least_rows")
            check_sizes("lightgbm", self.params, sizes=sizes, chances=())
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        self.spec = spec
        self.normalisation = InstanceNormalisation()
        self.boosters: list = []

    def features(self, window: torch.Tensor) -> torch.Tensor:
        """[batch, look_back, columns], normalised → [batch * columns, features]."""
        series = window.transpose(1, 2).flatten(0, 1)
        recent = min(self.params["lags"], series.shape[1])
        older, stretch = series[:, : series.shape[1] - recent], self.params["stretch"]
        whole = older.shape[1] // stretch * stretch
        means = older[:, older.shape[1] - whole :].unflatten(1, (-1, stretch)).mean(dim=2) if whole else older[:, :0]
        return torch.cat([means, series[:, -recent:]], dim=1)

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        scaled, mean, deviation = self.normalisation(window)
        inputs = self.features(scaled).cpu().numpy()
        steps = [booster.predict(inputs, num_threads=threads()) for booster in self.boosters]
        made = torch.from_numpy(np.stack(steps, axis=1).astype(np.float32)).to(window.device)
        return made.unflatten(0, (-1, window.shape[2])).transpose(1, 2) * deviation + mean

    def state_dict(self, *_: object, **__: object) -> dict[str, torch.Tensor]:
        texts = [booster.model_to_string() for booster in self.boosters]
        return {"boosters": torch.frombuffer(bytearray(json.dumps(texts).encode()), dtype=torch.uint8)}

    def load_state_dict(self, state: dict[str, torch.Tensor], *_: object, **__: object) -> None:
        import lightgbm

        self.boosters = [lightgbm.Booster(model_str=text) for text in json.loads(state["boosters"].cpu().numpy().tobytes())]

    def leaves(self) -> int:
        """Values that were learned."""
        texts = (booster.model_to_string() for booster in self.boosters)
        return sum(int(count) for text in texts for count in re.findall(r"^num_leaves=(\d+)$", text, re.MULTILINE))


def fit_trees(trees: Trees, windows: Windows, *, digest: str, checkpoint: Path) -> State:
    """A checkpoint after each booster: a booster depends on the rows and its number alone."""
    state, began = State(), time.monotonic()
    if checkpoint.exists():
        kept = read_checkpoint(checkpoint, digest, windows.rows.device)
        state = State(**kept["state"])
        trees.load_state_dict(state.best_weights)
    if state.stopped:
        return state
    inputs, futures = table_of(trees, windows)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    while len(trees.boosters) < windows.horizon:
        trees.boosters.append(grown(trees, inputs, futures[:, len(trees.boosters)], len(trees.boosters)))
        state.best_weights = trees.state_dict()
        write(checkpoint, digest, state)
    trained = time.monotonic() - began
    mse, mae = forecast_errors(trees, windows, "validation")
    record = {"epoch": 1, "trainLoss": train_loss(trees, inputs, futures), "validationMse": mse, "validationMae": mae}
    state.history.append(record | {"seconds": time.monotonic() - began, "trainSeconds": trained})
    state.best_epoch, state.best_mse, state.stopped = 1, mse, "finished"
    write(checkpoint, digest, state)
    return state


def write(checkpoint: Path, digest: str, state: State) -> None:
    draft = checkpoint.with_suffix(".new")
    torch.save({"digest": digest, "state": vars(state)}, draft)
    draft.replace(checkpoint)


def table_of(trees: Trees, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """[windows * columns, features] and [windows * columns, steps] of the training part."""
    inputs, futures = [], []
    for starts in windows.starts["train"].split(CHUNK):
        window, future = windows.cut(starts)
        scaled, mean, deviation = trees.normalisation(window)
        inputs.append(trees.features(scaled))
        futures.append(((future - mean) / deviation).transpose(1, 2).flatten(0, 1))
    return torch.cat(inputs).cpu().numpy(), torch.cat(futures).cpu().numpy()


def grown(trees: Trees, inputs: np.ndarray, target: np.ndarray, step: int):
    import lightgbm

    params, spec = trees.params, trees.spec
    options = {
        "objective": spec.training.loss if spec.training.loss == "huber" else {"mse": "l2", "mae": "l1"}[spec.training.loss],
        "learning_rate": max(spec.training.learningRate, 1e-6),
        "num_leaves": max(2, params["leaves"]),
        "min_data_in_leaf": min(params["least_rows"], max(1, len(target) // 4)),
        "bagging_fraction": params["row_share"],
        "bagging_freq": 1,
        "feature_fraction": params["feature_share"],
        "max_bin": 63,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads(),
        "seed": (spec.seed * 100_003 + step) % 2**31,
        "verbose": -1,
    }
    return lightgbm.train(options, lightgbm.Dataset(inputs, np.ascontiguousarray(target)), num_boost_round=params["trees"])


def train_loss(trees: Trees, inputs: np.ndarray, futures: np.ndarray) -> float:
    """Mean squared error of normalised values."""
    pairs = zip(trees.boosters, futures.T, strict=True)
    return float(np.mean([np.mean((booster.predict(inputs, num_threads=threads()) - future) ** 2) for booster, future in pairs]))
