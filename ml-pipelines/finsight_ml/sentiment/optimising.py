"""How a network is trained: its recipe, rates by layer and step, the loss, and the machine it runs on."""

import math
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import nn

from ..errors import InvalidInputError
from ..machine import has_bfloat16, launched
from .network import SentimentNet


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. Rates are per step of `batch_size` rows."""

    epochs: int = 4
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


def fabric_for(recipe: Recipe) -> Fabric:
    """One device, or one for each process that torchrun has started. Raises InvalidInputError for a precision it can't compute in."""
    on_gpu = torch.cuda.is_available()
    if recipe.precision == "16-mixed" and not on_gpu:
        raise InvalidInputError('The precision "16-mixed" needs a GPU; on this machine: 32-true' + (", bf16-mixed" if has_bfloat16() else ""))
    return launched(recipe.precision or ("bf16-mixed" if has_bfloat16() else "32-true"))


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
    """Weighted sum over rows of cross-entropy with smoothed labels, in part with the teacher's probabilities; with them alone
    where a row has no label."""
    scores = torch.log_softmax(logits.float(), dim=1)
    classes = logits.shape[1]
    wanted = nn.functional.one_hot(rows["labels"].clamp(min=0), classes).float()
    wanted = wanted * (1 - recipe.label_smoothing) + recipe.label_smoothing / classes
    if "soft" in rows:
        taught = torch.where(rows["labels"] < 0, 1.0, recipe.distillation).unsqueeze(1)
        wanted = (1 - taught) * wanted + taught * rows["soft"]
    return (-(wanted * scores).sum(dim=1) * rows["weights"]).sum()
