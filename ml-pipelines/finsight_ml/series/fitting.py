"""The training loop: batches cut from one tensor, no wait for a loss between steps, a checkpoint after each epoch."""

import json
import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..errors import DataQualityError, InvalidInputError
from ..models.compiling import compiled
from .measuring import forecast_errors
from .rates import rate_at
from .spec import Spec
from .windows import Windows

LOSS = {"mse": nn.functional.mse_loss, "mae": nn.functional.l1_loss, "huber": nn.functional.huber_loss}
# Squared errors of standardised values: a forecast of zeros has 1.
EXPLODED = 1e6


@dataclass
class State:
    """What a checkpoint holds besides weights and optimiser."""

    history: list[dict] = field(default_factory=list)
    best_epoch: int = 0
    best_mse: float = math.inf
    best_weights: dict | None = None
    stopped: str | None = None


class Fitting:
    """One training. Each epoch draws from a seed of its own: a resumed run ends with the weights of an undisturbed one."""

    def __init__(self, network: nn.Module, windows: Windows, spec: Spec, *, digest: str, checkpoint: Path | None) -> None:
        self.network, self.windows, self.spec, self.training = network, windows, spec, spec.training
        self.digest, self.checkpoint = digest, checkpoint
        self.device = windows.rows.device
        self.stepped = network
        self.optimiser = torch.optim.AdamW(
            network.parameters(), lr=self.training.learningRate, weight_decay=self.training.weightDecay, fused=True
        )
        average = get_ema_multi_avg_fn(self.training.averaging)
        self.average = AveragedModel(network, multi_avg_fn=average, use_buffers=True) if self.training.averaging else None
        # A last short batch would weigh its few windows more; which ones are left out changes with each epoch's order.
        self.per_epoch = max(1, len(windows.starts["train"]) // self.training.batchSize)
        self.half = self.training.precision == "bfloat16" or (self.training.precision == "auto" and self.device.type == "cuda")
        self.state = State()
        if self.training.compile:
            made, note = compiled(network, lambda module: self.loss(module, windows.starts["train"][: self.training.batchSize]).backward())
            self.optimiser.zero_grad()
            self.stepped = network if made is None else made
            if note:
                print(note, file=sys.stderr, flush=True)

    def run(self) -> State:
        """To the end from where the checkpoint stands. Raises DataQualityError where no epoch had a finite loss."""
        self.resume()
        while self.state.stopped is None:
            began = time.monotonic()
            epoch = len(self.state.history) + 1
            train_loss = self.epoch(epoch)
            trained = time.monotonic()
            mse, mae = forecast_errors(self.measured(), self.windows, "validation")
            record = {"epoch": epoch, "trainLoss": train_loss, "validationMse": mse, "validationMae": mae}
            record |= {"seconds": time.monotonic() - began, "trainSeconds": trained - began}
            self.note(record)
            self.save()
            print(json.dumps({**record, "best": self.state.best_epoch == epoch}), file=sys.stderr, flush=True)
        if self.state.best_weights is None:
            raise DataQualityError(f"The loss exploded in the first epoch: lower learningRate {self.training.learningRate:g}, or set gradientClip")
        self.network.load_state_dict(self.state.best_weights)
        return self.state

    def epoch(self, number: int) -> float:
        """Mean loss of its batches; asked of the device once, at the end."""
        torch.manual_seed((self.spec.seed << 20) + number)
        starts, size = self.windows.starts["train"], self.training.batchSize
        order = starts[torch.randperm(len(starts)).to(self.device)]
        self.network.train()
        total = torch.zeros((), device=self.device)
        for step in range(self.per_epoch):
            rate = rate_at(
                self.training.schedule, self.training.learningRate, epoch=number, step=step, per_epoch=self.per_epoch, epochs=self.training.epochs
            )
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            total += self.step(order[step * size : (step + 1) * size])
        return float(total) / self.per_epoch

    def loss(self, module: nn.Module, starts: torch.Tensor) -> torch.Tensor:
        window, future = self.windows.cut(starts)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            return LOSS[self.training.loss](module(window).float(), future)

    def step(self, starts: torch.Tensor) -> torch.Tensor:
        loss = self.loss(self.stepped, starts)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if self.training.gradientClip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.training.gradientClip)
        self.optimiser.step()
        if self.average is not None:
            self.average.update_parameters(self.network)
        return loss.detach()

    def measured(self) -> nn.Module:
        return self.network if self.average is None else self.average.module

    def note(self, record: dict) -> None:
        state, epoch = self.state, record["epoch"]
        if not (math.isfinite(record["trainLoss"]) and record["validationMse"] < EXPLODED):
            state.stopped = "diverged"
            print(f"The loss exploded in epoch {epoch}; epoch {state.best_epoch} is kept", file=sys.stderr, flush=True)
            return
        state.history.append(record)
        if record["validationMse"] < state.best_mse:
            state.best_epoch, state.best_mse = epoch, record["validationMse"]
            state.best_weights = {name: value.detach().clone() for name, value in self.measured().state_dict().items()}
        if epoch >= self.training.epochs:
            state.stopped = "finished"
        elif epoch - state.best_epoch >= self.training.patience:
            state.stopped = "early"

    def save(self) -> None:
        """Writes beside and renames: a crash leaves the old checkpoint or the new one."""
        if self.checkpoint is None:
            return
        parts = {"network": self.network, "optimiser": self.optimiser, "average": self.average}
        kept = {name: part.state_dict() for name, part in parts.items() if part is not None}
        draft = self.checkpoint.with_suffix(".new")
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"digest": self.digest, "state": vars(self.state), **kept}, draft)
        draft.replace(self.checkpoint)

    def resume(self) -> None:
        if self.checkpoint is None or not self.checkpoint.exists():
            return
        kept = read_checkpoint(self.checkpoint, self.digest, self.device)
        self.state = State(**kept["state"])
        self.network.load_state_dict(kept["network"])
        self.optimiser.load_state_dict(kept["optimiser"])
        if self.average is not None:
            self.average.load_state_dict(kept["average"])


def read_checkpoint(path: Path, digest: str, device: torch.device) -> dict:
    """Raises InvalidInputError for one of another spec or other data, and where it cannot be read."""
    try:
        kept = torch.load(path, weights_only=True, map_location=device)
    except Exception as error:
        raise InvalidInputError(f"The checkpoint {path} cannot be read ({error}); remove it to train anew") from error
    if kept.get("digest") != digest:
        raise InvalidInputError(f"The checkpoint {path} is of another spec or of other data; name another directory by --out")
    return kept
