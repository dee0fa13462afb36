"""The training loop: any device and precision through Fabric, checkpoints by time, resumed to the step."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from ..errors import DataQualityError
from .averaging import Average
from .batches import batches
from .encoding import Encoded
from .network import SentimentNet

# Called between batches with what to show; raises to stop.
Beat = Callable[[dict], None]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. Rates are per step of `batch_size` rows."""

    epochs: int = 5
    batch_size: int = 32
    # Batches are cut so that no more than these rows are in memory at once; gradients are summed.
    micro_batch_size: int = 32
    learning_rate: float = 1e-4
    # Each layer below learns by this factor slower than the one above.
    layer_decay: float = 0.9
    head_factor: float = 5.0
    weight_decay: float = 0.01
    # With 1 or more, the embeddings and so many of the lowest layers stay as they are: cheaper for large encoders.
    frozen_layers: int = 0
    warmup: float = 0.06
    dropout: float = 0.1
    label_smoothing: float = 0.05
    # Share of the loss that comes from a teacher's probabilities, where there is a teacher.
    distillation: float = 0.7
    # The weights kept are an average over about this share of the steps.
    average: float = 0.1
    seed: int = 7
    # `32-true`, `bf16-mixed`; None takes bf16 where the processor or GPU computes in it.
    precision: str | None = None
    checkpoint_seconds: float = 120.0


@dataclass
class Fitted:
    network: SentimentNet
    steps: int
    resumed_at: int
    seconds: float
    rows_per_second: float
    losses: list[float] = field(default_factory=list)


def has_bf16() -> bool:
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    # Without AVX512-BF16 or AMX, emulation is slower than float32.
    return bool(torch.cpu._is_avx512_bf16_supported()) if hasattr(torch.cpu, "_is_avx512_bf16_supported") else False


def fabric_for(recipe: Recipe) -> Fabric:
    """All GPUs that are there, else the CPU."""
    precision = recipe.precision or ("bf16-mixed" if has_bf16() else "32-true")
    fabric = Fabric(accelerator="auto", devices="auto" if torch.cuda.is_available() else 1, precision=precision)
    fabric.launch()
    return fabric


def parameter_groups(network: SentimentNet, recipe: Recipe) -> list[dict]:
    """Rates fall from the head to the embeddings; biases and norms do not decay."""
    layers = network.encoder.config.num_hidden_layers
    groups: dict[tuple[int, bool], dict] = {}
    for name, parameter in network.named_parameters():
        depth = depth_of(name, layers)
        if recipe.frozen_layers > 0 and depth >= layers - recipe.frozen_layers:
            parameter.requires_grad_(False)
            continue
        decays = parameter.ndim > 1
        rate = recipe.learning_rate * (recipe.head_factor if depth < 0 else recipe.layer_decay**depth)
        fresh = {"params": [], "lr": rate, "weight_decay": recipe.weight_decay if decays else 0.0}
        groups.setdefault((depth, decays), fresh)["params"].append(parameter)
    return list(groups.values())


def depth_of(name: str, layers: int) -> int:
    """-1 the head, 0 the last layer, `layers` the embeddings."""
    if name.startswith("head."):
        return -1
    parts = name.split(".")
    if "layer" in parts:
        return layers - 1 - int(parts[parts.index("layer") + 1])
    return layers


def rate_at(step: int, *, steps: int, warmup: float) -> float:
    """Linear warm-up, then a cosine down to nothing."""
    first = max(1, round(steps * warmup))
    if step < first:
        return (step + 1) / first
    return 0.5 * (1 + math.cos(math.pi * (step - first) / max(1, steps - first)))


def loss_of(logits: torch.Tensor, rows: dict[str, torch.Tensor], recipe: Recipe) -> torch.Tensor:
    """Weighted sum over rows of cross-entropy with smoothed labels, in part with the teacher's probabilities."""
    scores = torch.log_softmax(logits.float(), dim=1)
    classes = logits.shape[1]
    wanted = nn.functional.one_hot(rows["labels"], classes).float()
    wanted = wanted * (1 - recipe.label_smoothing) + recipe.label_smoothing / classes
    if "soft" in rows:
        wanted = (1 - recipe.distillation) * wanted + recipe.distillation * rows["soft"]
    return (-(wanted * scores).sum(dim=1) * rows["weights"]).sum()


class Fitting:
    """One training: network, optimiser, average and position, as a checkpoint holds them."""

    def __init__(self, network: SentimentNet, rows: Encoded, recipe: Recipe, checkpoint: Path | None = None) -> None:
        self.rows, self.recipe, self.checkpoint = rows, recipe, checkpoint
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
        torch.manual_seed(recipe.seed + self.fabric.global_rank)

    def run(self, beat: Beat = lambda _: None) -> Fitted:
        """Trains to the end from where the checkpoint stands. Raises DataQualityError where the loss is not finite."""
        self.resume()
        began, saved, seen, total = time.monotonic(), time.monotonic(), 0, 0.0
        self.network.train()
        while self.step < self.steps:
            epoch, at = divmod(self.step, self.per_epoch)
            if at == 0 or seen == 0:
                order = self.order(epoch)
            total += self.take(order[at])
            seen += len(order[at])
            self.step += 1
            beat({"step": self.step, "steps": self.steps, "rowsPerSecond": round(seen / (time.monotonic() - began), 1)})
            if self.step % 50 == 0 or self.step == self.steps:
                self.note(total / 50)
                total = 0.0
            if time.monotonic() - saved > self.recipe.checkpoint_seconds:
                self.save()
                saved = time.monotonic()
        self.save()
        self.average.into(self.plain)
        seconds = time.monotonic() - began
        return Fitted(self.plain.eval(), self.steps, self.resumed_at, seconds, seen / max(seconds, 1e-9), self.losses)

    def order(self, epoch: int) -> list[np.ndarray]:
        return batches(self.rows.lengths, size=self.recipe.batch_size, seed=self.recipe.seed, epoch=epoch)

    def take(self, batch: np.ndarray) -> float:
        """One step of the optimiser; every process takes its share of the rows."""
        fabric, recipe = self.fabric, self.recipe
        factor = rate_at(self.step, steps=self.steps, warmup=recipe.warmup)
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        scale = fabric.world_size / float(self.rows.weights[batch].sum())
        own = batch[fabric.global_rank :: fabric.world_size]
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
            "rng": torch.get_rng_state(),
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
        self.plain.load_state_dict(state["network"])
        self.optimiser.optimizer.load_state_dict(state["optimiser"])
        self.average.load(state["average"])
        torch.set_rng_state(state["rng"])
        self.step = self.resumed_at = state["step"]
        self.losses = state["losses"]
