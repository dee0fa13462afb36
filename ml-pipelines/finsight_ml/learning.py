"""What the training loop asks of learners and checkpoints, and what it tells of a training."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .contracts import EpochRecord

# Called between batches with what to show; raises to stop.
Beat = Callable[[dict], None]


class Diverged(Exception):
    """The loss of an epoch is not finite, or has left all bounds."""


class Learner(Protocol):
    """What is trained in epochs. An epoch depends on the state before it and on its number alone."""

    # Validation loss of the forecast that knows nothing.
    reference: float
    # Training samples of an epoch.
    samples: int

    def epoch(self, number: int, batch_size: int, beat: Beat) -> float:
        """Trains one epoch. The mean training loss; raises Diverged."""

    def validate(self, batch_size: int, beat: Beat) -> float:
        """The mean validation loss."""

    def state(self) -> dict:
        """All that the next epoch depends on, as torch.load takes it with `weights_only`."""

    def load(self, state: dict) -> None: ...

    def snapshot(self) -> dict:
        """A copy of what forecasts depend on."""

    def keep(self, snapshot: dict) -> None:
        """Goes back to it."""


class Checkpoints(Protocol):
    def read(self) -> bytes | None: ...

    def write(self, data: bytes) -> None: ...


class NoCheckpoints:
    """For those who start again rather than resume."""

    def read(self) -> bytes | None:
        return None

    def write(self, data: bytes) -> None:
        return None


@dataclass
class Fitted:
    """How a training went."""

    batch_size: int
    history: list[EpochRecord] = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float = math.inf
    stopped: Literal["finished", "early", "diverged"] = "finished"
    train_seconds: float = 0.0
    rows_per_second: float | None = None
    halved: bool = False
    notes: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
