"""The labelled sets as CSV files, and which of them may train what."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
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


def read_set(data: Path, name: str, where: Callable[[dict], bool] = lambda _: True) -> Iterator[Example]:
    """Whole texts with one label, then a pair for each asset that has a label of its own. Raises InvalidInputError."""
    path = data / f"{name}.csv"
    if not path.exists():
        raise InvalidInputError(f"No {name}.csv below {data}; it is a CSV file with the columns text and label")
    for row in filter(where, rows_of(path)):
        yield from examples_of(row, name)


def read_weak(path: Path, *, apart: list[Example], weight: float) -> Iterator[Example]:
    """Texts with a label of another model, one row at a time; near-duplicates of the texts kept apart are left out."""
    if not path.exists():
        raise InvalidInputError(f"No file {path}; it is a CSV file with the columns text and label")
    is_near = near_duplicate_of({each.text for each in apart})
    for row in rows_of(path):
        text = row["text"].strip()
        if row["label"] in LABELS and text and not is_near(text):
            yield Example(text, None, LABELS.index(row["label"]), path.stem, fold_of(text), weight=weight, weak=True)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if missing := {"text", "label"} - set(rows.fieldnames or ()):
            told = ", ".join(rows.fieldnames or ()) or "no columns"
            raise InvalidInputError(f"{path.name} has {told}; missing: {', '.join(sorted(missing))}")
        yield from rows


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
