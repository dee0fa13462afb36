"""Texts as token numbers, kept flat: 300,000 headlines take some 20 MB."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, normalizers
from transformers import AutoTokenizer

from ..errors import InvalidInputError
from .texts import Example

# Addresses say that there is one, not which; codes in angle brackets (<.SPX>, <b>) say nothing in words.
CLEANING = ((r"https?://[!-~]+", "http"), (r"<[/.=^A-Za-z0-9]{1,12}>", ""))
CHUNK = 4096


def load_tokenizer(directory: Path, max_tokens: int) -> Tokenizer:
    """The tokenizer of a base model with the cleaning as its first step, so that whoever tokenises cleans alike."""
    described = json.loads(described_tokenizer(directory))
    for token in described.get("added_tokens", []):
        # Looked up in normalised text, special tokens do not survive a step that shortens it.
        token["normalized"] = False
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens, strategy="longest_first")
    steps = [normalizers.Replace(Regex(pattern), content) for pattern, content in CLEANING]
    if tokenizer.normalizer is not None:
        steps.append(tokenizer.normalizer)
    tokenizer.normalizer = normalizers.Sequence(steps)
    return tokenizer


def described_tokenizer(directory: Path) -> str:
    """tokenizer.json, or what the library makes of a vocabulary without one. Raises InvalidInputError where there is neither."""
    path = directory / "tokenizer.json"
    if path.exists():
        return path.read_text(encoding="utf-8")
    try:
        return AutoTokenizer.from_pretrained(directory).backend_tokenizer.to_str()
    except Exception as error:
        raise InvalidInputError(f"No tokenizer in {directory}: tokenizer.json or a vocabulary is needed ({error})") from error


@dataclass
class Encoded:
    """Row i has the tokens ids[starts[i]:starts[i + 1]]; from `seconds[i]` on they are the target's."""

    ids: np.ndarray
    types: np.ndarray
    starts: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    # Probabilities of a teacher, where there is one.
    soft: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.starts)

    def batch(self, rows: np.ndarray, pad: int = 0) -> dict[str, torch.Tensor]:
        """Tensors of some rows, as wide as the longest."""
        lengths = self.lengths[rows]
        shape = (len(rows), int(lengths.max()))
        ids = np.full(shape, pad, dtype=np.int64)
        types, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for at, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            part = slice(self.starts[row], self.starts[row] + length)
            ids[at, :length], types[at, :length], mask[at, :length] = self.ids[part], self.types[part], 1
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask), "token_type_ids": torch.from_numpy(types)}


def encode(examples: Iterable[Example], tokenizer: Tokenizer) -> Encoded:
    """Reads `examples` once, in chunks."""
    ids: list[np.ndarray] = []
    types: list[np.ndarray] = []
    lengths: list[int] = []
    labels: list[int] = []
    weights: list[float] = []
    source = iter(examples)
    while chunk := list(islice(source, CHUNK)):
        inputs = [each.text if each.target is None else (each.text, each.target) for each in chunk]
        found = tokenizer.encode_batch(inputs)
        lengths.extend(len(each.ids) for each in found)
        ids.append(np.fromiter((token for each in found for token in each.ids), dtype=np.int32))
        types.append(np.fromiter((kind for each in found for kind in each.type_ids), dtype=np.int8))
        labels.extend(each.label for each in chunk)
        weights.extend(each.weight for each in chunk)
    return Encoded(
        ids=np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32),
        types=np.concatenate(types) if types else np.zeros(0, dtype=np.int8),
        starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        labels=np.array(labels, dtype=np.int64),
        weights=np.array(weights, dtype=np.float32),
    )
