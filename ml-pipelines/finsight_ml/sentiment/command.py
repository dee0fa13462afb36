"""`python -m finsight_ml sentiment weak --news <file> --out <file>` and `… train --data <labelled sets> --out <model directory>`."""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from ..errors import InvalidInputError
from .augmenting import changed
from .bases import Base, find_base
from .building import Built, Material, build, pooled
from .labelling import write_weak
from .optimising import Recipe
from .options import command_of, parser, recipe_of
from .preparing import Prepared, prepare
from .sets import RESEARCH, SHIPPABLE, ZERO_SHOT, read_set, read_weak
from .teaching import Teacher
from .texts import FOLDS, TEST_FOLD
from .writing import write_model

NAME = "finsight-minilm"
MAX_TOKENS = 64
# Too few texts in one fold: pooled over all five where --five-folds asks for it.
SMALL = ("finentity", "fiqa2018_task1", "semeval2017_t5_headlines")


def main(arguments: list[str]) -> int:
    """The last line on stdout is model.json's content as one JSON object."""
    import torch

    options = parser().parse_args(arguments)
    if options.command == "weak":
        print(json.dumps(write_weak(options.news, options.out, rows=options.rows, seed=options.seed)))
        return 0
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    card = run(options, recipe_of(options))
    if options.research:
        for each in card["figures"]:
            print(f"{each['set']:26} {each['part']:34} n {each['n']:5}  accuracy {each['accuracy']:.3f}  F1 {each['macroF1']:.3f}  ECE {each['ece']:.3f}")
    print(json.dumps(card))
    return 0


def run(options: argparse.Namespace, recipe: Recipe) -> dict:
    if options.five_folds and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InvalidInputError("--five-folds does not go with torchrun: its processes end with the first fold")
    base = find_base(options.base)
    prepared, built = one_fold(options, recipe, base, TEST_FOLD)
    if options.five_folds:
        others = [one_fold(options, recipe, base, fold)[1] for fold in range(FOLDS) if fold != TEST_FOLD]
        built.figures.extend(pooled([built, *others], SMALL))
    told = {
        "base": base.name,
        "licence": base.licence,
        "sets": sets_of(options),
        "command": command_of(options),
        "test_fold": TEST_FOLD,
        "near_duplicates": prepared.near_duplicates,
        "notes": notes_of(options),
    }
    return write_model(options.out, built, name=name_of(options), told=told, max_tokens=MAX_TOKENS, small=options.base == "minilm")


def one_fold(options: argparse.Namespace, recipe: Recipe, base: Base, fold: int) -> tuple[Prepared, Built]:
    """Trains without a fold; what is measured besides that fold is measured once, with the fold that is for testing only."""
    prepared = prepare(options.data, sets_of(options), seed=recipe.seed, test_fold=fold)
    measured = {"test fold": prepared.test}
    if fold == TEST_FOLD:
        if options.research:
            sure = read_set(options.data, "phrasebank", where=lambda row: row.get("min_agreement") == "100")
            measured["test fold, all agree"] = [each for each in sure if each.fold == fold]
        else:
            measured["zero-shot, all rows"] = [each for name in ZERO_SHOT if (options.data / f"{name}.csv").exists() for each in read_set(options.data, name)]
    apart = [*prepared.held, *chain.from_iterable(measured.values())]
    weak = read_weak(options.weak, apart=apart, weight=options.weak_weight) if options.weak else ()
    checkpoints = options.checkpoints or options.out / ".checkpoints"
    told = Telling()
    built = build(
        Material(
            chain(prepared.train, weak),
            prepared.held,
            measured,
            # The other folds' networks are measured by their int8 files, whatever these lose, and not written.
            gated=fold == TEST_FOLD,
            copies=partial(changed, copies=options.copies, seed=recipe.seed),
        ),
        base,
        recipe,
        checkpoint=checkpoints / f"fold-{fold}.pt",
        teacher=teacher_of(options, recipe),
        max_tokens=MAX_TOKENS,
        beat=told.take,
    )
    return prepared, built


def teacher_of(options: argparse.Namespace, recipe: Recipe) -> Teacher | None:
    if options.teacher is None:
        return None
    given = {"epochs": options.teacher_epochs, "learning_rate": options.teacher_learning_rate, "frozen_layers": options.teacher_frozen_layers}
    # It learns from labels alone.
    own = replace(recipe, **given, distillation=Recipe.distillation)
    return Teacher(find_base(options.teacher), own, tuple(options.teacher_seeds))


class Telling:
    """A line on stderr every half minute."""

    def __init__(self) -> None:
        self.last = 0.0

    def take(self, detail: dict) -> None:
        if time.monotonic() - self.last >= 30:
            self.last = time.monotonic()
            print(json.dumps(detail), file=sys.stderr, flush=True)


def notes_of(options: argparse.Namespace) -> str:
    notes = []
    if options.teacher is not None:
        count, name = len(options.teacher_seeds), Path(options.teacher).name
        whose = f"A fine-tuned {name} taught it by its" if count == 1 else f"{count} fine-tuned {name} taught it by their mean"
        copies = f" and on changed copies of them ({options.copies} each; words left out, cut, joined)" if options.copies else ""
        notes.append(f"{whose} probabilities on the same rows{copies}.\n")
    if options.weak is not None:
        source = f" {options.weak_source}." if options.weak_source else ""
        notes.append(f"Weak rows, which no person labelled: {options.weak.name}, weight {options.weak_weight}.{source}\n")
    return "".join(notes)


def sets_of(options: argparse.Namespace) -> list[str]:
    return [*SHIPPABLE, *(RESEARCH if options.research else ())]


def name_of(options: argparse.Namespace) -> str:
    """The shipped model's name is for what may be shipped only."""
    name = NAME if options.base == "minilm" else f"finsight-{Path(options.base).name.lower()}"
    return f"{name}-research" if options.research else name
