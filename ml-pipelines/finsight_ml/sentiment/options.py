"""What `python -m finsight_ml sentiment` is told."""

import argparse
from pathlib import Path

from .. import sentiment
from .optimising import Recipe


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m finsight_ml sentiment", description=sentiment.__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    add_weak(commands.add_parser("weak", help="labels headlines by words that tell good and bad news"))
    add_train(commands.add_parser("train", help="trains, calibrates, exports and measures a model"))
    return root


def add_weak(weak: argparse.ArgumentParser) -> None:
    weak.add_argument("--news", type=Path, action="append", required=True, help="CSV file, maybe gzipped, with a column title or text; again for more")
    weak.add_argument("--out", type=Path, required=True, help="CSV file with text and label, for --weak of a training")
    weak.add_argument("--rows", type=int, default=5000, help="so many are drawn (default: 5000)")
    weak.add_argument("--seed", type=int, default=3)


def add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--data", type=Path, required=True, help="directory of the labelled sets as CSV files")
    train.add_argument("--out", type=Path, required=True, help="the model directory")
    train.add_argument("--base", default="minilm", help="minilm, a directory, or a hub's name such as ProsusAI/finbert (default: minilm)")
    train.add_argument("--research", action="store_true", help="on all sets, licences that forbid shipping included; prints its table")
    train.add_argument("--five-folds", action="store_true", help="four more trainings: small sets are measured on all their texts")
    train.add_argument("--teacher", help="a larger base (mpnet, a directory, or a hub's name) that is trained first and whose probabilities teach")
    train.add_argument("--teacher-seeds", type=int, nargs="+", default=[7], help="one teacher for each, their probabilities averaged (default: 7)")
    train.add_argument("--teacher-epochs", type=int, default=2)
    train.add_argument("--teacher-learning-rate", type=float, default=5e-5)
    train.add_argument("--teacher-frozen-layers", type=int, default=0)
    train.add_argument("--copies", type=int, default=0, help="so many changed copies of each row, labelled by the teacher (default: 0)")
    train.add_argument("--distillation", type=float, default=Recipe.distillation, help="share of the loss that the teacher's probabilities have")
    train.add_argument("--weak", type=Path, help="CSV file with text and label that no person gave: trains marked as weak")
    train.add_argument("--weak-weight", type=float, default=0.2, help="weight of a weak row (default: 0.2)")
    train.add_argument("--weak-source", help="where the weak rows come from and under which licence, for the model card")
    train.add_argument("--checkpoints", type=Path, help="where a killed run is taken up (default: <out>/.checkpoints)")
    train.add_argument("--epochs", type=int, default=Recipe.epochs)
    train.add_argument("--batch-size", type=int, default=Recipe.batch_size)
    train.add_argument("--micro-batch-size", type=int, default=Recipe.micro_batch_size)
    train.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    train.add_argument("--frozen-layers", type=int, default=Recipe.frozen_layers)
    train.add_argument("--precision", choices=["32-true", "bf16-mixed", "16-mixed"], help="default: bf16-mixed where the machine computes in it")
    train.add_argument("--checkpoint-seconds", type=float, default=Recipe.checkpoint_seconds, help="how much work a kill may lose (default: 120)")
    train.add_argument("--seed", type=int, default=Recipe.seed)


def recipe_of(options: argparse.Namespace) -> Recipe:
    return Recipe(
        epochs=options.epochs,
        batch_size=options.batch_size,
        micro_batch_size=min(options.micro_batch_size, options.batch_size),
        learning_rate=options.learning_rate,
        frozen_layers=options.frozen_layers,
        distillation=options.distillation,
        precision=options.precision,
        checkpoint_seconds=options.checkpoint_seconds,
        seed=options.seed,
    )


def command_of(options: argparse.Namespace) -> str:
    """As it is typed, without the directories of this machine."""
    flags = ["--data <labelled sets> --out <model directory>"]
    given = parser().parse_args(["train", "--data", ".", "--out", "."])
    for name, value in sorted(vars(options).items()):
        if name in ("weak_source", "data", "out", "checkpoints", "checkpoint_seconds", "command") or value == getattr(given, name):
            continue
        flags.append(f"--{name.replace('_', '-')}{shown(name, value)}")
    return f"python -m finsight_ml sentiment train {' '.join(flags)}"


def shown(name: str, value: object) -> str:
    if value is True:
        return ""
    if isinstance(value, list):
        return f" {' '.join(str(each) for each in value)}"
    return f" {Path(str(value)).name if name in ('weak', 'base', 'teacher') else value}"
