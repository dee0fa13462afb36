"""Trials of a tuning: trained up to an epoch, where the next one, or the final training, goes on."""

import io
import json
import math
import time

import torch

from .contracts import EpochRecord, SuggestRequest, SuggestResult, ToldTrial
from .errors import DataQualityError, InvalidInputError
from .learning import Beat
from .objects import FileObjects
from .suggesting import Told, suggest_from
from .training import ObjectCheckpoints, check, prepared
from .tuning_contracts import SuggestTrialsRequest, TrialRequest, TrialResult


class Paused(Exception):
    """The training stands where it was to pause; its checkpoint is written."""

    def __init__(self, history: list[EpochRecord]) -> None:
        super().__init__(f"paused after epoch {len(history)}")
        self.history = history


class PausingCheckpoints(ObjectCheckpoints):
    """The checkpoint of the whole training, which ends for now at an epoch."""

    def __init__(self, objects: FileObjects, spec_sha256: str, until: int) -> None:
        super().__init__(objects, spec_sha256)
        self.until = until

    def read(self) -> bytes | None:
        data = super().read()
        if data is not None:
            self.look(data)
        return data

    def write(self, data: bytes) -> None:
        super().write(data)
        self.look(data)

    def look(self, data: bytes) -> None:
        fitted = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")["fitted"]
        if len(fitted["history"]) >= self.until:
            raise Paused([EpochRecord.model_validate(each) for each in fitted["history"]][: self.until])


def train_trial(request: TrialRequest, objects: FileObjects, beat: Beat = lambda _: None) -> TrialResult:
    """Trains on to `until_epoch`, or to the end where that comes first. Raises as `train` does."""
    started, wanted = time.monotonic(), request.request
    check(wanted)
    if wanted.training.distributed:
        raise InvalidInputError("A trial of a tuning is trained by one process; leave out distributed, and train the best one with it")
    model, _ = prepared(wanted, objects.get(wanted.dataset.object))
    whole = request.until_epoch >= wanted.training.max_epochs
    kept = ObjectCheckpoints if whole else PausingCheckpoints
    checkpoints = kept(objects, wanted.spec_sha256, *([] if whole else [request.until_epoch]))
    try:
        history = model.fit(checkpoints, beat).history
    except Paused as paused:
        history = paused.history
    best = min(history, key=lambda each: each.validation_loss)
    return TrialResult(
        epochs=history,
        best_epoch=best.epoch,
        validation_loss=best.validation_loss,
        seconds=time.monotonic() - started,
    )


def suggest_trials(request: SuggestTrialsRequest, objects: FileObjects) -> SuggestResult:
    """The next parameters to try, by the table of those that were."""
    told = read_table(request, objects)
    asked = SuggestRequest(
        space=request.space,
        told=[ToldTrial(params=each.params, value=each.value) for each in told],
        count=request.count,
        startup=request.startup,
        seed=request.seed,
    )
    return suggest_from(asked, told)


def read_table(request: SuggestTrialsRequest, objects: FileObjects) -> list[Told]:
    if request.table is None:
        return []
    rows = json.loads(objects.get(request.table))
    try:
        return [
            Told(
                params={name: float(value) for name, value in row["drawn"].items()},
                value=row["score"] if row["score"] is not None and math.isfinite(row["score"]) else None,
                epochs=int(row["epochs"]) if row["state"] == "pruned" else None,
            )
            for row in rows
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise DataQualityError(f"Object {request.table.key} is no table of trials: {error!r}") from error
