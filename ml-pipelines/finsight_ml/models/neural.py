"""Networks as forecasters: one training loop and one export for all of them."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..distributed.group import Group, GroupCheckpoints
from ..errors import InvalidInputError
from ..export import export_module
from ..fitting import fit_epochs
from ..learning import Beat, Checkpoints, Diverged, Fitted
from ..losses import path_loss, uncrossed
from ..machine import environment, fabric_for, is_out_of_memory
from ..scripting import traced_module
from .compiling import compiled
from .forecaster import Forecaster, Served
from .model import Job, Model
from .network import Task

WEIGHT_DECAY = 1e-3
WARM_UP = 0.3
# Batches between looks at the loss, which a GPU has to wait for.
LOOK_EVERY = 16


@dataclass(frozen=True)
class NetworkKind:
    """A registry entry: what makes a network of the contract in network.py."""

    build: Callable[[Task, dict], nn.Module]

    def __call__(self, job: Job) -> Model:
        return NeuralModel(job, self.build)


class NeuralModel:
    """A network in training: `Model` for those who use it, `Learner` for the loop."""

    def __init__(self, job: Job, build: Callable[[Task, dict], nn.Module]) -> None:
        self.job, matrix, training = job, job.matrix, job.training
        torch.manual_seed(training.seed)
        task = Task(look_back=matrix.look_back, channels=len(matrix.names), steps=len(matrix.horizons), outputs=job.outputs)
        try:
            network = build(task, dict(job.params))
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        self.fabric = fabric_for(training.precision)
        self.device, self.group = self.fabric.device, Group()
        values = matrix.features[job.train_rows]
        deviation = values.std(dim=0)
        mean, deviation = values.mean(dim=0), torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation))
        constants = job.constants()
        del values
        self.forecaster = Forecaster(network, mean=mean, deviation=deviation, constants=constants).to(self.device)
        self.data = matrix if self.device.type == "cpu" else matrix.to(self.device)
        self.levels = job.levels.to(self.device)
        self.optimiser = torch.optim.AdamW(
            self.forecaster.parameters(), lr=training.learning_rate, weight_decay=WEIGHT_DECAY, fused=True
        )
        self.samples = len(job.train_rows)
        wanted = matrix.targets[job.validation_rows]
        self.reference = float(path_loss(constants.expand(len(wanted), -1, -1), wanted, job.levels))
        self.stepping: Callable[[torch.Tensor], torch.Tensor] = self.forecaster
        self.full_batch = 0

    def fit(self, checkpoints: Checkpoints, beat: Beat) -> Fitted:
        notes = self.compile(beat) if self.job.training.compile else []
        fitted = fit_epochs(self, self.job.training, GroupCheckpoints(checkpoints, self.group), beat, name=self.job.name)
        fitted.notes += notes
        fitted.environment = {
            **environment(),
            "precision": "bfloat16" if "bf16" in str(self.fabric.strategy.precision.precision) else "float32",
            "compiled": str(self.stepping is not self.forecaster).lower(),
            **({"processes": str(self.group.size)} if self.group.size > 1 else {}),
        }
        self.forecaster.eval().cpu()
        return fitted

    def compile(self, beat: Beat) -> list[str]:
        """Full batches through torch.compile; the smaller last one and the validation go as they are."""
        size = min(self.job.training.batch_size, self.samples)
        beat({"epoch": 1, "compiling": True})
        made, note = compiled(self.forecaster, lambda module: self.try_out(module, size))
        self.optimiser.zero_grad()
        if made is not None:
            self.stepping, self.full_batch = made, size
        return [note] if note else []

    def try_out(self, module: nn.Module, size: int) -> None:
        with self.fabric.autocast():
            self.loss(module, self.group.share(self.job.train_rows[:size])[0]).backward()

    def loss(self, module: Callable[[torch.Tensor], torch.Tensor], rows: torch.Tensor) -> torch.Tensor:
        rows = rows.to(self.device)
        path = module(self.data.windows(rows))
        return path_loss(path.float(), self.data.targets[rows], self.levels)

    def epoch(self, number: int, batch_size: int, beat: Beat) -> float:
        try:
            return self.trained(number, batch_size, beat)
        except (MemoryError, RuntimeError) as error:
            # The others wait for this process's gradients: it cannot go back by itself, as a single one does.
            if self.group.size == 1 or not is_out_of_memory(error):
                raise
            raise InvalidInputError(
                f"The training of {self.job.name} ran out of memory in process {self.group.rank} of {self.group.size} with "
                f"batches of {batch_size}; take a smaller batchSize, a smaller model or fewer processes a machine"
            ) from error

    def trained(self, number: int, batch_size: int, beat: Beat) -> float:
        # All chance of an epoch comes from its number: a resumed run draws what an undisturbed one does, on any device.
        chance = ((self.job.training.seed << 20) + number) % 2**63
        torch.manual_seed(chance)
        self.forecaster.train()
        batches = self.job.train_rows[torch.randperm(self.samples)].to(self.device).split(batch_size)
        if self.group.rank > 0:
            # The order is everybody's, what is dropped is each process's own.
            torch.manual_seed((chance + (self.group.rank << 52)) % 2**63)
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for done, rows in enumerate(batches):
            self.set_rate((number - 1 + done / len(batches)) / self.job.training.max_epochs)
            total += self.step(rows).double() * len(rows)
            if done % LOOK_EVERY == 0 and not bool(torch.isfinite(self.group.sum(total))):
                raise Diverged(f"the training loss is not finite by batch {done + 1} of {len(batches)}")
            beat({"epoch": number, "batch": done, "batches": len(batches)})
        self.group.agree(self.forecaster)
        return float(self.group.sum(total)) / self.group.size / self.samples

    def step(self, rows: torch.Tensor) -> torch.Tensor:
        """One step of the optimiser; this process's part of the batch's loss."""
        module = self.stepping if len(rows) == self.full_batch else self.forecaster
        own, weight = self.group.share(rows)
        with self.fabric.autocast():
            loss = self.loss(module, own)
        if weight != 1.0:
            loss = loss * weight
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        self.group.average_gradients(self.forecaster)
        nn.utils.clip_grad_norm_(self.forecaster.parameters(), self.job.training.gradient_clip)
        self.optimiser.step()
        return loss.detach()

    def set_rate(self, done: float) -> None:
        """One cycle (Smith 2018): up from a 25th of the rate, then down to nothing; by share of the work, not by steps, so
        that another batch size goes on where the first one was."""
        if done < WARM_UP:
            share = 0.04 + 0.96 * (1 - math.cos(math.pi * done / WARM_UP)) / 2
        else:
            share = (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = self.job.training.learning_rate * share

    def validate(self, batch_size: int, beat: Beat) -> float:
        self.forecaster.eval()
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        with torch.no_grad():
            for number, rows in enumerate(self.job.validation_rows.split(max(1, min(4 * batch_size, 1024) // self.group.size))):
                if not self.group.mine(number):
                    continue
                total += self.loss(lambda windows: uncrossed(self.forecaster(windows)), rows).double() * len(rows)
                beat({"validating": True})
        return float(self.group.sum(total)) / len(self.job.validation_rows)

    def state(self) -> dict:
        return {"weights": self.snapshot(), "optimiser": copy.deepcopy(self.optimiser.state_dict())}

    def load(self, state: dict) -> None:
        self.forecaster.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])

    def snapshot(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().cpu().clone() for name, value in self.forecaster.state_dict().items()}

    def keep(self, weights: dict) -> None:
        self.forecaster.load_state_dict(weights)

    def predict(self, windows: torch.Tensor) -> np.ndarray:
        with torch.no_grad():
            return uncrossed(self.forecaster.eval().cpu()(windows)).numpy()

    def export(self) -> bytes:
        return export_module(self.served(), self.example(), outputs=["target", "path"])

    def script(self) -> torch.jit.ScriptModule:
        return traced_module(self.served(), self.example())

    def served(self) -> nn.Module:
        return Served(self.forecaster.eval().cpu(), self.job.matrix.main).eval()

    def example(self) -> torch.Tensor:
        return self.job.matrix.windows(self.job.validation_rows[:4])

    def weights(self) -> dict[str, np.ndarray]:
        return {name: value.detach().cpu().numpy() for name, value in self.forecaster.state_dict().items()}
