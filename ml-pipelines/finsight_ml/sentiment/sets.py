"""The labelled sets as CSV files, and which of them may train what."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import InvalidInputError
from .texts import LABELS, Example, fold_of, near_duplicate_of

# Sets whose licences allow shipping weights that were trained on them.
SHIPPABLE = {"sentfin": "MIT", "twitter_fin_news": "MIT", "finentity": "ODC-BY 1.0"}
ZERO_SHOT = ("cryptolin", "phrasebank")
# For research only: non-commercial, or without a licence.
RESEARCH = ("phrasebank", "cryptolin", "fiqa2018_task1", "semeval2017_t5_headlines", "gold_commodity", "stockemo", "stock_tweets_5791")
# Of texts that speak of one asset only, so many also train as a pair: there the pair says what the text says.
SINGLE_PAIRS = 0.3


def read_set(data: Path, name: str) -> Iterator[Example]:
    """Whole texts with one label, then a pair for each asset that has a label of its own. Raises InvalidInputError."""
    path = data / f"{name}.csv"
    if not path.exists():
        raise InvalidInputError(f"No {name}.csv below {data}; it is a CSV file with the columns text and label")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"text", "label"} - set(rows.fieldnames or ())
        if missing:
            raise InvalidInputError(f"{path.name} has the columns {', '.join(rows.fieldnames or ())}; text and label are needed")
        for row in rows:
            yield from examples_of(row, name)


def examples_of(row: dict[str, str], name: str) -> Iterator[Example]:
    text = row["text"].strip()
    fold = fold_of(text)
    if row["label"] in LABELS:
        yield Example(text, None, LABELS.index(row["label"]), name, fold)
    entities = pairs_of(row.get("entities") or "[]")
    if len(entities) > 1 or share_of(text) < SINGLE_PAIRS:
        for target, label in entities:
            yield Example(text, target, label, name, fold)


def pairs_of(cell: str) -> list[tuple[str, int]]:
    """What is said of which asset; an asset with two different labels in one text is left out."""
    found = json.loads(cell)
    entries = list(found.items()) if isinstance(found, dict) else found
    labels: dict[str, set[str]] = {}
    for target, label in entries:
        labels.setdefault(target.strip(), set()).add(label.lower())
    return [
        (target, LABELS.index(next(iter(said))))
        for target, said in labels.items()
        if target and len(said) == 1 and said <= set(LABELS)
    ]


def share_of(text: str) -> float:
    """A number from 0 to 1 by the text's content, for samples that do not depend on the order of rows."""
    return int(hashlib.sha256(f"share:{text}".encode()).hexdigest()[:8], 16) / 2**32


def without(examples: list[Example], *folds: int) -> list[Example]:
    """Examples of the other folds that are no near-duplicates of a text in these."""
    is_near = near_duplicate_of({each.text for each in examples if each.fold in folds})
    near: dict[str, bool] = {}
    for each in examples:
        if each.fold not in folds and each.text not in near:
            near[each.text] = is_near(each.text)
    return [each for each in examples if not near.get(each.text, True)]


def weighted(examples: list[Example], weights: dict[str, float]) -> list[Example]:
    return [replace(each, weight=each.weight * weights.get(each.set, 1.0)) for each in examples]
