"""Labelled texts, the folds that they belong to, and near-duplicates: the same rules as in domain/sentiment."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LABELS = ("negative", "neutral", "positive")
FOLDS = 5
# Of rows that only a teacher labels, by its probabilities.
UNLABELLED = -1
TEST_FOLD = 0
VALIDATION_FOLD = 1
# Texts whose sets of words share this much of their union tell the same.
NEAR_DUPLICATE = 0.7

ADDRESS = re.compile(r"https?:\S+")
OTHERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Example:
    """A text, or a text and what of it is judged, with its label as an index into LABELS, or UNLABELLED."""

    text: str
    target: str | None
    label: int
    set: str
    fold: int
    weight: float = 1.0
    weak: bool = False


def fold_key(text: str) -> str:
    """Lower case, runs of other characters than a-z and 0-9 as one space."""
    return OTHERS.sub(" ", text.lower()).strip()


def fold_of(text: str) -> int:
    """The fold, 0 to 4, of a text: by its content, so that it is the same in every set and order."""
    digest = hashlib.sha256(f"finsight-fold-v1:{fold_key(text)}".encode()).hexdigest()
    return int(digest[:8], 16) % FOLDS


def words_of(text: str) -> frozenset[str]:
    """The words that are compared. Addresses do not count: one message is sent under many short links."""
    return frozenset(fold_key(ADDRESS.sub(" ", text)).split())


def near_duplicate_of(texts: Iterable[str]) -> Callable[[str], bool]:
    """A test for near-duplicates of `texts`. A text within NEAR_DUPLICATE of another shares one of its rarest words, so
    that only those are looked up (prefix filter of set-similarity joins)."""
    sets = [words_of(text) for text in texts]
    counts = Counter(word for words in sets for word in words)
    holders: dict[str, list[int]] = {}
    for index, words in enumerate(sets):
        for word in rarest(words, counts):
            holders.setdefault(word, []).append(index)

    def is_near(text: str) -> bool:
        words = words_of(text)
        found = {index for word in rarest(words, counts) for index in holders.get(word, ())}
        return any(similar(words, sets[index]) for index in found)

    return is_near


def rarest(words: frozenset[str], counts: Counter[str]) -> list[str]:
    """So many that two sets similar enough have one of them in common."""
    ordered = sorted(words, key=lambda word: (counts[word], word))
    return ordered[: len(words) - math.ceil(NEAR_DUPLICATE * len(words) - 1e-9) + 1]


def similar(left: frozenset[str], right: frozenset[str]) -> bool:
    """Jaccard index of NEAR_DUPLICATE or more; texts without words are like no other."""
    shared = len(left & right)
    return shared > 0 and shared >= NEAR_DUPLICATE * (len(left) + len(right) - shared)
