"""The file that says what is trained on which rows, and its digest."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from ..errors import InvalidInputError

SCHEDULES = ("oneCycle", "cosine", "decay", "halving", "constant")
LOSSES = ("mse", "mae", "huber")
PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Training:
    """How a network is fitted; the names are those of the file."""

    epochs: int = 20
    patience: int = 10
    batchSize: int = 128
    learningRate: float = 1e-3
    schedule: str = "oneCycle"
    loss: str = "mse"
    weightDecay: float = 1e-3
    gradientClip: float = 0.0
    averaging: float = 0.0
    precision: str = "auto"
    compile: bool = False
    device: str = "auto"


@dataclass(frozen=True)
class Spec:
    data: Path
    time_column: str
    columns: tuple[str, ...] | None
    split: tuple[int, int, int]
    look_back: int
    horizon: int
    model: str
    params: dict
    training: Training
    season: int | None
    seed: int

    def digest(self, data_sha256: str) -> str:
        """Of all that the result follows from: where the file lies is no part of it, its bytes are."""
        parts = {**asdict(self), "data": data_sha256}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


KEYS = ("data", "timeColumn", "columns", "split", "lookBack", "horizon", "model", "training", "season", "seed")
NEEDED = ("data", "timeColumn", "split", "lookBack", "horizon", "model")


def read_spec(path: Path, *, data: Path | None = None, seed: int | None = None) -> Spec:
    """`data` and `seed` take the place of the file's. Raises InvalidInputError naming the key that is wrong."""
    try:
        given = json.loads(path.read_text())
    except OSError as error:
        raise InvalidInputError(f"The spec {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidInputError(f"The spec {path} is no JSON: {error}") from error
    spec = spec_of(given, folder=path.parent)
    if data is not None:
        spec = replace(spec, data=data)
    return spec if seed is None else replace(spec, seed=whole("seed", seed, least=0))


def spec_of(given: object, *, folder: Path) -> Spec:
    """A relative `data` lies beside the spec's file."""
    if not isinstance(given, dict):
        raise InvalidInputError(f"A spec is an object with the keys {', '.join(KEYS)}")
    refuse_unknown("the spec", given, KEYS)
    for key in NEEDED:
        if key not in given:
            raise InvalidInputError(f'The spec lacks "{key}"; needed: {", ".join(NEEDED)}')
    model = given["model"]
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        raise InvalidInputError('"model" is an object {"name": …, "params": {…}}')
    refuse_unknown('"model"', model, ("name", "params"))
    params = model.get("params", {})
    if not isinstance(params, dict):
        raise InvalidInputError(f'"params" of "model" is an object, not {params!r}')
    season = given.get("season")
    return Spec(
        data=folder / text("data", given["data"]),
        time_column=text("timeColumn", given["timeColumn"]),
        columns=columns_of(given.get("columns")),
        split=split_of(given["split"]),
        look_back=whole("lookBack", given["lookBack"], least=1),
        horizon=whole("horizon", given["horizon"], least=1),
        model=model["name"],
        params=params,
        training=training_of(given.get("training", {})),
        season=None if season is None else whole("season", season, least=1),
        seed=whole("seed", given.get("seed", 1), least=0),
    )


def columns_of(given: object) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise InvalidInputError(f'"columns" is a list of names, or left out for all but the time; not {given!r}')
    twice = sorted({each for each in given if given.count(each) > 1})
    if twice:
        raise InvalidInputError(f'"columns" names {", ".join(twice)} twice')
    return tuple(given)


def split_of(given: object) -> tuple[int, int, int]:
    if not isinstance(given, list) or len(given) != 3:
        raise InvalidInputError(f'"split" is [training, validation, test rows], such as [8640, 2880, 2880], not {given!r}')
    first, second, third = (whole("split", each, least=1) for each in given)
    return first, second, third


def training_of(given: object) -> Training:
    if not isinstance(given, dict):
        raise InvalidInputError(f'"training" is an object, not {given!r}')
    known = {each.name: each for each in fields(Training)}
    refuse_unknown('"training"', given, tuple(known))
    for name in ("epochs", "patience", "batchSize"):
        if name in given:
            given = {**given, name: whole(name, given[name], least=1)}
    for name, least, below in (("learningRate", 0, 10), ("weightDecay", 0, 10), ("gradientClip", 0, 1e9), ("averaging", 0, 1)):
        value = given.get(name, known[name].default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < below:
            raise InvalidInputError(f'"{name}" of "training" is a number from {least} to below {below:g}, not {value!r}')
    for name, allowed in (("schedule", SCHEDULES), ("loss", LOSSES), ("precision", PRECISIONS), ("device", DEVICES), ("compile", (False, True))):
        if given.get(name, known[name].default) not in allowed:
            raise InvalidInputError(f'"{name}" of "training" is one of {", ".join(map(str, allowed))}, not {given[name]!r}')
    if given.get("learningRate", 1) == 0:
        raise InvalidInputError('"learningRate" of "training" is above 0')
    return Training(**given)


def refuse_unknown(where: str, given: dict, known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InvalidInputError(f"Unknown key {', '.join(unknown)} of {where}; known: {', '.join(known)}")


def text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInputError(f'"{name}" is a text, not {value!r}')
    return value


def whole(name: str, value: object, *, least: int) -> int:
    """A whole number may come as 96.0, as JSON has no other."""
    right = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer() and value >= least
    if not right:
        raise InvalidInputError(f'"{name}" is a whole number of at least {least}, not {value!r}')
    return int(value)
