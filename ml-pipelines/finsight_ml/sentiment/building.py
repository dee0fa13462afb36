"""From prepared rows to the files of a model directory: training, calibration, gates, figures."""

import platform
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from ..environment import facts
from ..errors import InvalidInputError
from .bases import Base
from .encoding import encode, load_tokenizer
from .exporting import Exported, answers_of, export
from .figures import Calibration, fit_calibration, measure
from .fitting import Beat, Fitted, Fitting
from .network import load_network
from .optimising import Recipe
from .teaching import Teacher, soft_labels
from .texts import Example

THRESHOLD = 0.5


Answers = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Material:
    """What one training is made from. `train` is read once, `held` fits the calibration and passes the gates."""

    train: Iterable[Example]
    held: list[Example]
    # Measured when all is done: name of the part -> examples.
    measured: dict[str, list[Example]] = field(default_factory=dict)
    # False for a network that is measured but never written.
    gated: bool = True
    # Made from the rows that train, for a teacher to label.
    copies: Callable[[list[Example]], Iterable[Example]] = lambda _: ()


@dataclass
class Built:
    exported: Exported
    tokenizer: bytes
    calibration: Calibration
    threshold: float
    figures: list[dict]
    fitted: Fitted
    rows: dict[str, int]
    seconds: float
    environment: dict[str, str]
    # Answers and labels by set and part, from which folds are pooled.
    answers: dict[tuple[str, str], Answers] = field(default_factory=dict)


def build(
    material: Material,
    base: Base,
    recipe: Recipe,
    *,
    checkpoint: Path | None,
    teacher: Teacher | None = None,
    max_tokens: int = 64,
    beat: Beat = lambda _: None,
) -> Built:
    """Raises InvalidInputError without rows to train or to hold out, DataQualityError where a gate is not passed."""
    started = time.monotonic()
    tokenizer = load_tokenizer(base.directory, max_tokens)
    # A teacher reads the rows, too.
    examples = list(material.train) if teacher else material.train
    copies = list(material.copies(list(examples))) if teacher else []
    rows = encode(chain(examples, copies), tokenizer)
    held = len(whole(material.held))
    if len(rows) == 0 or held == 0:
        raise InvalidInputError(f"{len(rows)} rows to train and {held} held out; both are needed")
    if teacher:
        rows.soft = soft_labels(teacher, list(examples), copies, checkpoint=checkpoint, max_tokens=max_tokens, beat=beat)
    torch.manual_seed(recipe.seed)
    network = load_network(str(base.directory), dropout=recipe.dropout)
    fitted = Fitting(network, rows, recipe, checkpoint).run(beat)
    if not fitted.is_first:
        # One process writes what all have trained.
        raise SystemExit(0)
    built = finished(fitted, tokenizer, material, beat)
    built.rows["train"] = len(rows)
    built.seconds = time.monotonic() - started
    return built


def finished(fitted: Fitted, tokenizer: Tokenizer, material: Material, beat: Beat = lambda _: None) -> Built:
    """Calibrates, exports, passes the gates and measures a trained network."""
    held = encode(whole(material.held), tokenizer)
    # One calibration for both that it is asked: texts and pairs.
    asked = encode(material.held, tokenizer)
    # The served file is calibrated by its own answers: quantising makes it a little less sure.
    plain = export(fitted.network, calibration=Calibration(1.0), held_out=held, gated=material.gated)
    calibration = fit_calibration(np.log(answers_of(plain.int8, asked) + 1e-9), asked.labels)
    exported = export(fitted.network, calibration=calibration, held_out=held, gated=material.gated)
    answers = answered(exported.int8, tokenizer, material.measured, beat)
    return Built(
        exported=exported,
        tokenizer=tokenizer.to_str(pretty=False).encode(),
        calibration=calibration,
        threshold=THRESHOLD,
        figures=figures_of(answers),
        fitted=fitted,
        rows={"train": 0, "validation": len(held), "test": sum(len(labels) for _, labels in answers.values())},
        seconds=fitted.seconds,
        environment=environment(),
        answers=answers,
    )


def whole(examples: list[Example]) -> list[Example]:
    return [each for each in examples if each.target is None]


def answered(int8: bytes, tokenizer: Tokenizer, measured: dict[str, list[Example]], beat: Beat) -> dict[tuple[str, str], Answers]:
    """What the served file answers: whole texts and pairs apart, by set."""
    found: dict[tuple[str, str], Answers] = {}
    for part, examples in measured.items():
        for name in dict.fromkeys(each.set for each in examples):
            for kind, has_target in ((part, False), (f"{part}, by target", True)):
                own = [each for each in examples if each.set == name and (each.target is not None) == has_target]
                if own:
                    rows = encode(own, tokenizer)
                    beat({"measuring": name})
                    found[name, kind] = answers_of(int8, rows), rows.labels
    return found


def figures_of(answers: dict[tuple[str, str], Answers]) -> list[dict]:
    return [{"set": name, "part": part, **measure(*found, THRESHOLD)} for (name, part), found in answers.items()]


def pooled(builts: list[Built], sets: Iterable[str]) -> list[dict]:
    """Each text of a small set by the model that has not seen its fold."""
    joined: dict[tuple[str, str], Answers] = {}
    for name in sets:
        for part in ("test fold", "test fold, by target"):
            found = [built.answers[name, part] for built in builts if (name, part) in built.answers]
            if found:
                joined[name, part.replace("test fold", "five folds, pooled")] = tuple(np.concatenate(each) for each in zip(*found, strict=True))
    return figures_of(joined)


def environment() -> dict[str, str]:
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.machine()
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": device,
        "threads": str(torch.get_num_threads()),
        **facts(),
        # Kilobytes on Linux, bytes on macOS.
        "peakMemoryMiB": str(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if platform.system() == "Linux" else 1024**2))),
    }
