"""LightGBM (Ke et al. 2017): boosted trees, one booster for each horizon's mean and for each of its quantiles.

Boosters grow together in blocks of trees, so that epochs, early stopping, checkpoints and resuming are those of the
networks. A block starts from the scores of the blocks before it and from a seed of its own: it depends on nothing that a
killed worker takes with it.
"""

from collections.abc import Iterator

import numpy as np
import torch

from ..errors import InvalidInputError
from ..fitting import fit_epochs
from ..learning import Beat, Checkpoints, Diverged, Fitted
from ..losses import path_loss, uncrossed
from ..machine import environment, threads
from .lags import check, places
from .model import Job
from .network import Value, chosen
from .trees import Ensemble, ensemble_file

DEFAULTS: dict[str, Value] = {
    # Rows of the window that are looked at: the last one, and those 1, 2, 4, 8, … before it.
    "lags": 6,
    # Trees of each booster per epoch.
    "trees": 20,
    "leaves": 15,
    "least_rows": 100,
    "feature_share": 0.6,
    "row_share": 0.8,
    "l2": 5.0,
    "bins": 63,
}
# One for each figure of each horizon; beyond this the file is too large to be served.
MOST_BOOSTERS = 200


class LightGbm:
    """Boosters in training: `Model` for those who use them, `Learner` for the loop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        try:
            self.params = chosen("lightgbm", DEFAULTS, job.params)
            check(self.params)
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        wanted = job.outputs * len(job.matrix.horizons)
        if wanted > MOST_BOOSTERS:
            raise InvalidInputError(
                f"LightGBM would grow {wanted} boosters for {len(job.matrix.horizons)} horizons with a mean and "
                f"{job.outputs - 1} quantiles each; at most {MOST_BOOSTERS}: take fewer horizons or quantiles, or a network"
            )
        self.places = places(self.params["lags"], job.matrix.look_back)
        self.samples = len(job.train_rows)
        self.base = job.constants().double().numpy()
        wanted = job.matrix.targets[job.validation_rows]
        self.reference = float(path_loss(job.constants().expand(len(wanted), -1, -1), wanted, job.levels))
        # blocks[epoch][output]: a booster as text, outputs counted through all horizons.
        self.blocks: list[list[str]] = []
        self.best = 0
        self.train_set = None
        self.inputs = {part: self.columns(rows) for part, rows in (("train", job.train_rows), ("validation", job.validation_rows))}
        self.scores = {part: self.started(part) for part in self.inputs}

    def fit(self, checkpoints: Checkpoints, beat: Beat) -> Fitted:
        import lightgbm

        fitted = fit_epochs(self, self.job.training, checkpoints, beat, name=self.job.name)
        fitted.environment = {**environment(), "precision": "float32", "lightgbm": lightgbm.__version__}
        self.train_set, self.inputs, self.scores = None, {}, {}
        return fitted

    def columns(self, rows: torch.Tensor) -> np.ndarray:
        """float32 [rows, lags * features]: the rows of each window that are looked at, the latest first."""
        matrix = self.job.matrix
        back = torch.tensor([matrix.look_back - 1 - place for place in self.places])
        return matrix.features[rows[:, None] - back].flatten(1).numpy()

    def started(self, part: str) -> np.ndarray:
        """float64 [outputs, rows]: what the boosters start from."""
        return np.repeat(self.base.reshape(-1, 1), len(self.inputs[part]), axis=1)

    def outputs(self) -> Iterator[tuple[int, int, int]]:
        """Number, horizon and figure (0 the mean) of each booster."""
        each = self.job.outputs
        return ((number, *divmod(number, each)) for number in range(len(self.job.matrix.horizons) * each))

    def epoch(self, number: int, batch_size: int, beat: Beat) -> float:
        targets = self.job.matrix.targets[self.job.train_rows].numpy()
        texts = []
        for output, horizon, figure in self.outputs():
            block = self.grown(output, figure, np.ascontiguousarray(targets[:, horizon]), number)
            texts.append(block.model_to_string())
            for part, scores in self.scores.items():
                scores[output] += block.predict(self.inputs[part], raw_score=True, num_threads=threads())
            beat({"epoch": number, "batch": output, "batches": len(self.base.ravel())})
        self.blocks.append(texts)
        loss = self.loss("train", self.job.train_rows)
        if not np.isfinite(loss):
            raise Diverged(f"the training loss is {loss}")
        return loss

    def grown(self, output: int, figure: int, target: np.ndarray, epoch: int):
        """One block of trees on what the blocks before it have left."""
        import lightgbm

        common = {"max_bin": self.params["bins"], "verbose": -1, "num_threads": threads(), "feature_pre_filter": False}
        if self.train_set is None:
            self.train_set = lightgbm.Dataset(self.inputs["train"], params=common, free_raw_data=False).construct()
        self.train_set.set_label(target)
        self.train_set.set_init_score(self.scores["train"][output])
        level = None if figure == 0 else self.job.training.quantiles[figure - 1]
        booster = lightgbm.Booster(
            {
                **common,
                **({"objective": "l2"} if level is None else {"objective": "quantile", "alpha": level}),
                "learning_rate": self.job.training.learning_rate,
                "num_leaves": self.params["leaves"],
                "min_data_in_leaf": min(self.params["least_rows"], max(1, self.samples // 4)),
                "feature_fraction": self.params["feature_share"],
                "bagging_fraction": self.params["row_share"],
                "bagging_freq": 1,
                "lambda_l2": self.params["l2"],
                "boost_from_average": False,
                "deterministic": True,
                "force_row_wise": True,
                "seed": (self.job.training.seed * 100_003 + epoch) % 2**31,
            },
            self.train_set,
        )
        for _ in range(self.params["trees"]):
            if booster.update():
                break
        return booster

    def loss(self, part: str, rows: torch.Tensor) -> float:
        path = torch.from_numpy(self.scores[part].T.copy()).float().unflatten(1, self.base.shape)
        return float(path_loss(uncrossed(path), self.job.matrix.targets[rows], self.job.levels))

    def validate(self, batch_size: int, beat: Beat) -> float:
        return self.loss("validation", self.job.validation_rows)

    def state(self) -> dict:
        return {"blocks": [list(block) for block in self.blocks]}

    def load(self, state: dict) -> None:
        """The scores are added up again in the order in which they grew, hence bit for bit."""
        import lightgbm

        self.blocks = [list(block) for block in state["blocks"]]
        self.scores = {part: self.started(part) for part in self.inputs}
        for block in self.blocks:
            for output, text in enumerate(block):
                booster = lightgbm.Booster(model_str=text)
                for part, scores in self.scores.items():
                    scores[output] += booster.predict(self.inputs[part], raw_score=True, num_threads=threads())

    def snapshot(self) -> dict:
        return {"blocks": len(self.blocks)}

    def keep(self, snapshot: dict) -> None:
        self.blocks = self.blocks[: snapshot["blocks"]]

    def predict(self, windows: torch.Tensor) -> np.ndarray:
        import lightgbm

        inputs = windows[:, self.places].flatten(1).numpy()
        scores = np.repeat(self.base.reshape(-1, 1), len(inputs), axis=1)
        for block in self.blocks:
            for output, text in enumerate(block):
                scores[output] += lightgbm.Booster(model_str=text).predict(inputs, raw_score=True, num_threads=threads())
        return uncrossed(torch.from_numpy(scores.T.copy()).float().unflatten(1, self.base.shape)).numpy()

    def export(self) -> bytes:
        matrix = self.job.matrix
        ensemble = Ensemble(base=self.base, blocks=self.blocks, places=self.places)
        return ensemble_file(ensemble, look_back=matrix.look_back, features=len(matrix.names), main=matrix.main)

    def script(self) -> None:
        return None

    def weights(self) -> dict[str, np.ndarray]:
        """Thresholds, leaves and what they split on, by booster."""
        from .trees import tree_arrays

        figures = {"base": self.base}
        for epoch, block in enumerate(self.blocks):
            for output, text in enumerate(block):
                for name, values in tree_arrays(text).items():
                    figures[f"{output}.{epoch}.{name}"] = values
        return figures
