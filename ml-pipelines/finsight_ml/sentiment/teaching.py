"""A larger model teaches the one that is served: its probabilities tell more than a label."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..machine import has_bfloat16
from .answering import logits_of
from .bases import Base
from .encoding import encode, load_tokenizer
from .figures import softmax
from .fitting import Beat, Fitting
from .network import load_network
from .optimising import Recipe
from .texts import Example


@dataclass(frozen=True)
class Teacher:
    base: Base
    recipe: Recipe


def soft_labels(teacher: Teacher, examples: list[Example], *, checkpoint: Path | None, max_tokens: int, beat: Beat) -> np.ndarray:
    """Probabilities [rows, 3] of a teacher trained on the same rows; kept beside the checkpoint, so that they are made once."""
    kept = checkpoint.with_name(f"{checkpoint.stem}-soft.npy") if checkpoint else None
    rows = encode(examples, load_tokenizer(teacher.base.directory, max_tokens))
    torch.manual_seed(teacher.recipe.seed)
    network = load_network(str(teacher.base.directory), dropout=teacher.recipe.dropout)
    own = checkpoint.with_name(f"{checkpoint.stem}-teacher.pt") if checkpoint else None
    fitting = Fitting(network, rows, teacher.recipe, own)
    if kept and kept.exists() and fitting.is_done():
        return np.load(kept)
    fitted = fitting.run(lambda detail: beat({"teacher": True, **detail}))
    device = next(fitted.network.parameters()).device
    # As precise as the training was: a teacher's doubts need no more digits.
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_bfloat16()):
        soft = softmax(logits_of(fitted.network, rows, beat)).astype(np.float32)
    if kept:
        draft = kept.with_suffix(".new.npy")
        np.save(draft, soft)
        draft.replace(kept)
    return soft
