"""Larger models teach the one that is served: their probabilities tell more than a label."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ..machine import has_bfloat16
from .answering import logits_of
from .bases import Base
from .encoding import Encoded, encode, load_tokenizer
from .figures import softmax
from .fitting import Beat, Fitting
from .network import load_network
from .optimising import Recipe
from .texts import Example


@dataclass(frozen=True)
class Teacher:
    base: Base
    recipe: Recipe
    # One training for each; what they answer is averaged.
    seeds: tuple[int, ...]


def soft_labels(teacher: Teacher, examples: list[Example], copies: list[Example], *, checkpoint: Path | None, max_tokens: int, beat: Beat) -> np.ndarray:
    """Mean probabilities [rows and copies, 3] of teachers trained on `examples`; kept beside the checkpoint, so that they are made once."""
    tokenizer = load_tokenizer(teacher.base.directory, max_tokens)
    rows = encode(examples, tokenizer)
    asked = encode([*examples, *copies], tokenizer) if copies else rows
    found = [answers_of_one(teacher, seed, rows, asked, checkpoint, beat) for seed in teacher.seeds]
    return np.mean(found, axis=0, dtype=np.float32)


def answers_of_one(teacher: Teacher, seed: int, rows: Encoded, asked: Encoded, checkpoint: Path | None, beat: Beat) -> np.ndarray:
    torch.manual_seed(seed)
    network = load_network(str(teacher.base.directory), dropout=teacher.recipe.dropout)
    own = checkpoint.with_name(f"{checkpoint.stem}-teacher-{seed}.pt") if checkpoint else None
    kept = checkpoint.with_name(f"{checkpoint.stem}-soft-{seed}-{digest_of(asked)}.npy") if checkpoint else None
    fitting = Fitting(network, rows, replace(teacher.recipe, seed=seed), own)
    if kept and kept.exists() and fitting.is_done():
        return np.load(kept)
    fitted = fitting.run(lambda detail: beat({"teacher": seed, **detail}))
    device = next(fitted.network.parameters()).device
    # As precise as the training was: a teacher's doubts need no more digits.
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_bfloat16()):
        soft = softmax(logits_of(fitted.network, asked, beat)).astype(np.float32)
    if kept:
        draft = kept.with_suffix(".new.npy")
        np.save(draft, soft)
        draft.replace(kept)
    return soft


def digest_of(rows: Encoded) -> str:
    """Which texts were asked about."""
    return hashlib.sha256(rows.ids.tobytes() + rows.starts.tobytes() + rows.types.tobytes()).hexdigest()[:12]
