"""`python -m finsight_ml sentiment train --data <labelled sets> --out <model directory>`."""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

from .. import sentiment
from ..errors import InvalidInputError
from .bases import Base, find_base
from .building import Built, Material, build, pooled
from .optimising import Recipe
from .preparing import Prepared, prepare
from .sets import RESEARCH, SHIPPABLE, ZERO_SHOT, read_set, read_weak
from .teaching import Teacher
from .texts import FOLDS, TEST_FOLD
from .writing import write_model

NAME = "finsight-minilm"
MAX_TOKENS = 64
# Too few texts in one fold: pooled over all five where --five-folds asks for it.
SMALL = ("finentity", "fiqa2018_task1", "semeval2017_t5_headlines")


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m finsight_ml sentiment", description=sentiment.__doc__)
    train = root.add_subparsers(dest="command", required=True).add_parser("train", help="trains, calibrates, exports and measures a model")
    train.add_argument("--data", type=Path, required=True, help="directory of the labelled sets as CSV files")
    train.add_argument("--out", type=Path, required=True, help="the model directory")
    train.add_argument("--base", default="minilm", help="minilm, a directory, or a hub's name such as ProsusAI/finbert (default: minilm)")
    train.add_argument("--research", action="store_true", help="on all sets, licences that forbid shipping included; prints its table")
    train.add_argument("--five-folds", action="store_true", help="four more trainings: small sets are measured on all their texts")
    train.add_argument("--teacher", help="a larger base (mpnet, a directory, or a hub's name) that is trained first and whose probabilities teach")
    train.add_argument("--teacher-epochs", type=int, default=2)
    train.add_argument("--teacher-learning-rate", type=float, default=5e-5)
    train.add_argument("--teacher-frozen-layers", type=int, default=0)
    train.add_argument("--weak", type=Path, help="CSV file with text and label of another model: trains marked as weak")
    train.add_argument("--weak-weight", type=float, default=0.2, help="weight of a weak row (default: 0.2)")
    train.add_argument("--checkpoints", type=Path, help="where a killed run is taken up (default: <out>/.checkpoints)")
    train.add_argument("--epochs", type=int, default=Recipe.epochs)
    train.add_argument("--batch-size", type=int, default=Recipe.batch_size)
    train.add_argument("--micro-batch-size", type=int, default=Recipe.micro_batch_size)
    train.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    train.add_argument("--frozen-layers", type=int, default=Recipe.frozen_layers)
    train.add_argument("--precision", choices=["32-true", "bf16-mixed", "16-mixed"], help="default: bf16-mixed where the machine computes in it")
    train.add_argument("--checkpoint-seconds", type=float, default=Recipe.checkpoint_seconds, help="how much work a kill may lose (default: 120)")
    train.add_argument("--seed", type=int, default=Recipe.seed)
    return root


def main(arguments: list[str]) -> int:
    """The last line on stdout is model.json's content as one JSON object."""
    import torch

    options = parser().parse_args(arguments)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    recipe = Recipe(
        epochs=options.epochs,
        batch_size=options.batch_size,
        micro_batch_size=min(options.micro_batch_size, options.batch_size),
        learning_rate=options.learning_rate,
        frozen_layers=options.frozen_layers,
        precision=options.precision,
        checkpoint_seconds=options.checkpoint_seconds,
        seed=options.seed,
    )
    card = run(options, recipe)
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
    weak = read_weak(options.weak, apart=[*prepared.test, *prepared.held], weight=options.weak_weight) if options.weak else ()
    checkpoints = options.checkpoints or options.out / ".checkpoints"
    told = Telling()
    built = build(
        Material(chain(prepared.train, weak), prepared.held, measured),
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
    return Teacher(find_base(options.teacher), replace(recipe, **given))


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
        notes.append(f"A fine-tuned {Path(options.teacher).name} taught it by its probabilities on the same rows.\n")
    if options.weak is not None:
        notes.append(f"Weak rows: {options.weak.name}, labelled by a model, weight {options.weak_weight}.\n")
    return "".join(notes)


def sets_of(options: argparse.Namespace) -> list[str]:
    return [*SHIPPABLE, *(RESEARCH if options.research else ())]


def name_of(options: argparse.Namespace) -> str:
    """The shipped model's name is for what may be shipped only."""
    name = NAME if options.base == "minilm" else f"finsight-{Path(options.base).name.lower()}"
    return f"{name}-research" if options.research else name


def command_of(options: argparse.Namespace) -> str:
    """As it is typed, without the directories of this machine."""
    flags = ["--data <labelled sets> --out <model directory>"]
    given = parser().parse_args(["train", "--data", ".", "--out", "."])
    for name, value in sorted(vars(options).items()):
        if name in ("data", "out", "checkpoints", "checkpoint_seconds", "command") or value == getattr(given, name):
            continue
        shown = Path(value).name if name in ("weak", "base", "teacher") else value
        flags.append(f"--{name.replace('_', '-')}" + ("" if value is True else f" {shown}"))
    return f"python -m finsight_ml sentiment train {' '.join(flags)}"
