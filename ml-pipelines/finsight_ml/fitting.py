"""Epochs of any learner: early stopping, divergence, memory that runs out, and a checkpoint after each epoch."""

import io
import math
import pickle
import time
from dataclasses import asdict

import torch

from .contracts import EpochRecord, Training
from .errors import DataQualityError, InvalidInputError
from .learning import Beat, Checkpoints, Diverged, Fitted, Learner
from .machine import is_out_of_memory

# Losses so many times that of the forecast which knows nothing have left all bounds.
EXPLODED = 10.0


def fit_epochs(learner: Learner, training: Training, checkpoints: Checkpoints, beat: Beat, *, name: str) -> Fitted:
    """Trains to the end from where the checkpoint stands and leaves the best weights in the learner.

    Raises DataQualityError where no epoch had a usable loss, InvalidInputError where memory ran out twice."""
    run = Run(learner, training, checkpoints, beat, name)
    run.resume()
    while not run.is_over():
        run.step()
    return run.end()


class Run:
    """One training and its position, as a checkpoint holds them."""

    def __init__(self, learner: Learner, training: Training, checkpoints: Checkpoints, beat: Beat, name: str) -> None:
        self.learner, self.training, self.checkpoints, self.beat, self.name = learner, training, checkpoints, beat, name
        self.fitted = Fitted(batch_size=min(training.batch_size, learner.samples))
        self.best: dict | None = None
        self.last = self.packed()

    def resume(self) -> None:
        data = self.checkpoints.read()
        if data is None:
            return
        try:
            self.unpack(data)
            self.last = data
        except (KeyError, TypeError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
            if is_out_of_memory(error):
                raise
            self.unpack(self.last)
            self.fitted.notes.append(f"The checkpoint was of another version of the trainer ({type(error).__name__}); started again")

    def is_over(self) -> bool:
        done, fitted = len(self.fitted.history), self.fitted
        return (
            fitted.stopped == "diverged"
            or done >= self.training.max_epochs
            or done - fitted.best_epoch >= self.training.patience
        )

    def step(self) -> None:
        """One epoch, then a checkpoint."""
        try:
            self.take()
        except Diverged as error:
            self.diverge(str(error))
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            # The failed tensors hang on the traceback.
            error.__traceback__ = None
            self.halve()
        self.last = self.packed()
        self.checkpoints.write(self.last)

    def take(self) -> None:
        fitted, epoch, size = self.fitted, len(self.fitted.history) + 1, self.fitted.batch_size
        # Once an epoch: what was told stays told.
        self.told({"epochs": self.curve(), "rowsPerSecond": self.speed()})
        began = time.monotonic()
        train_loss = self.learner.epoch(epoch, size, self.told)
        seconds = time.monotonic() - began
        validation_loss = self.learner.validate(size, self.told)
        limit = EXPLODED * self.learner.reference
        if not train_loss <= limit:
            raise Diverged(f"the training loss is {train_loss:.6g}; a forecast that knows nothing has {self.learner.reference:.6g}")
        # A poor validation alone may pass, as statistics of norms settle late; patience ends it.
        if not math.isfinite(validation_loss):
            raise Diverged(f"the validation loss is {validation_loss}")
        fitted.train_seconds += seconds
        if validation_loss < fitted.best_loss:
            fitted.best_epoch, fitted.best_loss, self.best = epoch, validation_loss, self.learner.snapshot()
        fitted.history.append(
            EpochRecord(
                epoch=epoch, train_loss=train_loss, validation_loss=validation_loss, seconds=time.monotonic() - began
            )
        )

    def told(self, detail: dict) -> None:
        """Where the training stands, with the losses of the last whole epoch."""
        last = self.fitted.history[-1:]
        losses = {"trainLoss": last[0].train_loss, "validationLoss": last[0].validation_loss} if last else {}
        at = {"epoch": len(self.fitted.history) + 1, "maxEpochs": self.training.max_epochs}
        self.beat({**at, "bestEpoch": self.fitted.best_epoch, **losses, **detail})

    def curve(self) -> list[list[float]]:
        """Training loss, validation loss and seconds of each epoch, short enough for a heartbeat."""
        return [[float(f"{each:.6g}") for each in (of.train_loss, of.validation_loss, of.seconds)] for of in self.fitted.history]

    def speed(self) -> float | None:
        """Training windows a second."""
        fitted = self.fitted
        return self.learner.samples * len(fitted.history) / fitted.train_seconds if fitted.train_seconds > 0 else None

    def diverge(self, reason: str) -> None:
        epoch = len(self.fitted.history) + 1
        if self.best is None:
            raise DataQualityError(
                f"The training of {self.name} diverged in epoch {epoch}, before any was good: {reason}; lower the learning rate"
            )
        self.fitted.stopped = "diverged"
        self.fitted.notes.append(f"Stopped in epoch {epoch}: {reason}. Epoch {self.fitted.best_epoch} is kept")

    def halve(self) -> None:
        """Back to the last whole epoch, with half the batch."""
        size = self.fitted.batch_size
        if self.fitted.halved or size < 2:
            tried = f"{self.training.batch_size} and of {size}" if self.fitted.halved else f"{size}"
            raise InvalidInputError(
                f"The training of {self.name} ran out of memory with batches of {tried}; take a smaller batchSize, "
                "a smaller model or a shorter lookBack, or a machine with more memory"
            )
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.unpack(self.last)
        self.fitted.halved, self.fitted.batch_size = True, size // 2
        self.fitted.notes.append(f"Memory ran out with batches of {size}; {size // 2} from epoch {len(self.fitted.history) + 1} on")

    def packed(self) -> bytes:
        buffer = io.BytesIO()
        fitted = {**asdict(self.fitted), "history": [each.model_dump(by_alias=True) for each in self.fitted.history]}
        torch.save({"learner": self.learner.state(), "fitted": fitted, "best": self.best}, buffer)
        return buffer.getvalue()

    def unpack(self, data: bytes) -> None:
        state = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
        self.learner.load(state["learner"])
        self.best = state["best"]
        history = [EpochRecord.model_validate(each) for each in state["fitted"]["history"]]
        self.fitted = Fitted(**{**state["fitted"], "history": history})

    def end(self) -> Fitted:
        fitted = self.fitted
        if fitted.stopped != "diverged" and len(fitted.history) < self.training.max_epochs:
            fitted.stopped = "early"
        fitted.rows_per_second = self.speed()
        if self.best is not None:
            self.learner.keep(self.best)
        return fitted
