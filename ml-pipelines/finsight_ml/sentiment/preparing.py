"""What trains, what fits the temperature and what is for testing only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .augmenting import renamed
from .sets import read_set, share_of
from .texts import TEST_FOLD, VALIDATION_FOLD, Example, near_duplicate_of

# Of the validation fold, so much fits the temperature and passes the gates; the rest trains.
HELD_SHARE = 0.25
# Of the texts that name an asset with a label, so many train once more with other names.
RENAMED_SHARE = 0.5


@dataclass(frozen=True)
class Prepared:
    train: list[Example]
    held: list[Example]
    test: list[Example]
    # Rows of the other folds that are near-duplicates of a test or held text.
    near_duplicates: int


def prepare(data: Path, sets: Sequence[str], *, seed: int, test_fold: int = TEST_FOLD) -> Prepared:
    """Raises InvalidInputError where a set is missing or has other columns."""
    examples = [each for name in sets for each in read_set(data, name)]
    test = [each for each in examples if each.fold == test_fold]
    held_fold = VALIDATION_FOLD if test_fold != VALIDATION_FOLD else TEST_FOLD
    held = [each for each in examples if each.fold == held_fold and share_of(each.text) < HELD_SHARE]
    kept_apart = {each.text for each in (*test, *held)}
    others = [each for each in examples if each.text not in kept_apart]
    is_near = near_duplicate_of(kept_apart)
    near = {text: is_near(text) for text in {each.text for each in others}}
    train = [each for each in others if not near[each.text]]
    train += renamed(train, share=RENAMED_SHARE, seed=seed)
    return Prepared(train, held, test, len(others) - sum(1 for each in others if not near[each.text]))
