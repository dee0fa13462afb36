"""The training loop: any device and precision through Fabric, checkpoints by time, resumed to the step."""

import hashlib
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch

from ..errors import DataQualityError, InvalidInputError
from .averaging import Average
from .batches import batches
from .encoding import Encoded
from .network import SentimentNet
from .optimising import Recipe, fabric_for, loss_of, parameter_groups, rate_at

# Called between batches with what to show; raises to stop.
Beat = Callable[[dict], None]


@dataclass
class Fitted:
    network: SentimentNet
    steps: int
    resumed_at: int
    seconds: float
    rows_per_second: float
    losses: list[float] = field(default_factory=list)
    # False in all but one of several processes.
    is_first: bool = True


def spec_of(rows: Encoded, recipe: Recipe) -> str:
    """Digest of what a checkpoint belongs to; how often it is written doesn't matter."""
    parts = [json.dumps({**asdict(recipe), "checkpoint_seconds": None}, sort_keys=True).encode()]
    parts += [array.tobytes() for array in (rows.ids, rows.types, rows.starts, rows.labels, rows.weights)]
    if rows.soft is not None:
        parts.append(rows.soft.tobytes())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Fitting:
    """One training: network, optimiser, average and position, as a checkpoint holds them."""

    def __init__(self, network: SentimentNet, rows: Encoded, recipe: Recipe, checkpoint: Path | None = None) -> None:
        self.rows, self.recipe, self.checkpoint = rows, recipe, checkpoint
        self.spec = spec_of(rows, recipe)
        self.fabric = fabric_for(recipe)
        self.per_epoch = math.ceil(len(rows) / recipe.batch_size)
        self.steps = self.per_epoch * recipe.epochs
        optimiser = torch.optim.AdamW(parameter_groups(network, recipe), fused=True)
        self.rates = [group["lr"] for group in optimiser.param_groups]
        self.plain = network
        self.network, self.optimiser = self.fabric.setup(network, optimiser)
        self.average = Average(network, span=max(1, round(self.steps * recipe.average)))
        self.step = self.resumed_at = 0
        self.losses: list[float] = []

    def run(self, beat: Beat = lambda _: None, until: int | None = None) -> Fitted:
        """Trains to the end, or to a step, from where the checkpoint stands; what comes out has the averaged weights. Raises
        DataQualityError where the loss is not finite."""
        self.resume()
        until = self.steps if until is None else min(until, self.steps)
        began, saved, seen, total = time.monotonic(), time.monotonic(), 0, 0.0
        self.network.train()
        while self.step < until:
            epoch, at = divmod(self.step, self.per_epoch)
            if at == 0 or seen == 0:
                order = self.order(epoch)
            total += self.take(order[at])
            seen += len(order[at])
            self.step += 1
            speed = round(seen / (time.monotonic() - began), 1)
            beat({"step": self.step, "steps": self.steps, "rowsPerSecond": speed, "losses": self.losses[-200:]})
            if self.step % 50 == 0 or self.step == self.steps:
                self.note(total / 50)
                total = 0.0
            if time.monotonic() - saved > self.recipe.checkpoint_seconds:
                self.save()
                saved = time.monotonic()
        self.save()
        self.average.into(self.plain)
        seconds = time.monotonic() - began
        return Fitted(
            network=self.plain.eval(),
            steps=self.steps,
            resumed_at=self.resumed_at,
            seconds=seconds,
            rows_per_second=seen / max(seconds, 1e-9),
            losses=self.losses,
            is_first=self.fabric.global_rank == 0,
        )

    def is_done(self) -> bool:
        """True where the checkpoint is the end's."""
        self.resume()
        return self.step >= self.steps

    def order(self, epoch: int) -> list[np.ndarray]:
        return batches(self.rows.lengths, size=self.recipe.batch_size, seed=self.recipe.seed, epoch=epoch)

    def take(self, batch: np.ndarray) -> float:
        """One step of the optimiser; every process takes its share of the rows."""
        fabric, recipe = self.fabric, self.recipe
        # Dropout by the step alone: a resumed run draws what an undisturbed one does, on any device.
        torch.manual_seed((recipe.seed << 40) + self.step * fabric.world_size + fabric.global_rank)
        factor = rate_at(self.step, steps=self.steps, warmup=recipe.warmup)
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        scale = fabric.world_size / float(self.rows.weights[batch].sum())
        own = batch[fabric.global_rank :: fabric.world_size]
        if len(own) == 0:
            # Fewer rows than processes: the others wait for its gradient, which is nothing.
            own, scale = batch[:1], 0.0
        parts = [own[at : at + recipe.micro_batch_size] for at in range(0, len(own), recipe.micro_batch_size)]
        total = 0.0
        for index, part in enumerate(parts):
            with fabric.no_backward_sync(self.network, enabled=index < len(parts) - 1):
                loss = self.loss(part) * scale
                fabric.backward(loss)
            total += float(loss.detach())
        fabric.clip_gradients(self.network, self.optimiser, max_norm=1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.average.take(self.plain)
        return total

    def loss(self, part: np.ndarray) -> torch.Tensor:
        inputs = self.fabric.to_device(self.rows.batch(part))
        rows = {"labels": torch.from_numpy(self.rows.labels[part]), "weights": torch.from_numpy(self.rows.weights[part])}
        if self.rows.soft is not None:
            rows["soft"] = torch.from_numpy(self.rows.soft[part])
        return loss_of(self.network(**inputs), self.fabric.to_device(rows), self.recipe)

    def note(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise DataQualityError(f"The loss is not finite at step {self.step}; lower the learning rate")
        self.losses.append(round(loss, 5))

    def save(self) -> None:
        """Writes beside and renames, so that a crash leaves the old checkpoint or the new one."""
        if self.checkpoint is None or self.fabric.global_rank != 0:
            return
        state = {
            "network": self.plain.state_dict(),
            "optimiser": self.optimiser.optimizer.state_dict(),
            "average": self.average.state(),
            "spec": self.spec,
            "step": self.step,
            "losses": self.losses,
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        draft = self.checkpoint.with_suffix(".new")
        torch.save(state, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(self.checkpoint)

    def resume(self) -> None:
        if self.checkpoint is None or not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, weights_only=True, map_location="cpu")
        if state.get("spec") != self.spec:
            raise InvalidInputError(
                f"The checkpoint {self.checkpoint} is of other rows or another recipe; remove it, or name another directory by --checkpoints"
            )
        self.plain.load_state_dict(state["network"])
        self.optimiser.optimizer.load_state_dict(state["optimiser"])
        self.average.load(state["average"])
        self.step = self.resumed_at = state["step"]
        self.losses = state["losses"]
