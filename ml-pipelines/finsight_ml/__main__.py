"""`python -m finsight_ml worker [torch | --node <name>]`, `train <spec.json or request.json>`, `evaluate <spec.json>`, `check [model …]`,
`sentiment train …`, `tracking [--replay]`, `serve` and, from stdin, `suggest`."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

USAGE = (
    "usage: python -m finsight_ml worker [torch | --node <name>] | train <spec.json or request.json> | evaluate <spec.json> | check [model …] | "
    "sentiment train --help | tracking [--replay] | serve --help | suggest"
)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["worker"]:
            from .worker import serve

            asyncio.run(serve())
            return 0
        case ["worker", "--node", node] if is_node(node):
            from .worker import serve

            asyncio.run(serve(node))
            return 0
        case ["worker", "torch"]:
            from .inference.worker import serve as serve_torch

            asyncio.run(serve_torch())
            return 0
        case ["train", path] if is_request(Path(path)):
            return train_file(Path(path))
        case ["train" | "evaluate" as verb, *rest]:
            return series_command(verb, rest)
        case ["check", *names]:
            return check_models(names)
        case ["sentiment", *rest]:
            return sentiment_command(rest)
        case ["tracking", *rest] if rest in ([], ["--replay"]):
            return tracking(replays=bool(rest))
        case ["serve", *rest]:
            from .inference.command import main as serve_models

            return serve_models(rest)
        case ["suggest"]:
            return suggest_lines()
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def train_file(path: Path) -> int:
    """Trains without Temporal; the last line on stdout is the result as one JSON object."""
    from .contracts import TrainRequest
    from .objects import FileObjects
    from .training import train

    request = TrainRequest.model_validate_json(path.read_text())
    result = train(request, FileObjects(os.environ.get("OBJECTS_URL", "")))
    print(json.dumps(result.model_dump(by_alias=True)))
    return 0


def is_node(name: str) -> bool:
    """As domain/training/distributed.ts has it."""
    if re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII):
        return True
    print(f'The node "{name}" is no name; letters, digits, dots, dashes and underscores are', file=sys.stderr)
    return False


def is_request(path: Path) -> bool:
    """The training worker's own request names a dataset; a spec names data."""
    try:
        given = json.loads(path.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(given, dict) and "dataset" in given and "data" not in given


def series_command(verb: str, arguments: list[str]) -> int:
    from .errors import DataQualityError, InvalidInputError
    from .series.command import main as command

    try:
        return command(verb, arguments)
    except (InvalidInputError, DataQualityError) as error:
        print(str(error), file=sys.stderr)
        return 2 if isinstance(error, InvalidInputError) else 1


def check_models(names: list[str]) -> int:
    """Tries forecasters of the registry, all of them where none is named; one JSON line each. 1 where one fails."""
    from .errors import InvalidInputError
    from .models import MODELS
    from .models.check import check_models as check

    failed = False
    for name in names or list(MODELS):
        try:
            (line,) = check([name])
        except InvalidInputError as error:
            print(str(error), file=sys.stderr)
            return 2
        failed |= line["error"] is not None
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


def sentiment_command(arguments: list[str]) -> int:
    from .errors import DataQualityError, InvalidInputError
    from .sentiment.command import main as command

    try:
        return command(arguments)
    except (InvalidInputError, DataQualityError) as error:
        print(str(error), file=sys.stderr)
        return 2 if isinstance(error, InvalidInputError) else 4


def tracking(*, replays: bool) -> int:
    """What waits for MLflow, or what sending it came to, as one JSON object."""
    from dataclasses import asdict

    from .objects import FileObjects
    from .tracking import Replayed, replay, spool_of

    objects = FileObjects(os.environ.get("OBJECTS_URL", ""))
    if replays:
        done = replay(objects)
    else:
        with spool_of(objects) as waiting:
            done = Replayed(waiting=len(waiting))
    print(json.dumps({**asdict(done), "address": os.environ.get("MLFLOW_TRACKING_URI") or None}))
    return 0


def suggest_lines() -> int:
    """One request a line on stdin, one result a line on stdout, until stdin ends; an error is a line with `error`."""
    from pydantic import ValidationError

    from .contracts import SuggestRequest
    from .errors import InvalidInputError
    from .suggesting import suggest

    for line in sys.stdin:
        try:
            answer = suggest(SuggestRequest.model_validate_json(line)).model_dump(by_alias=True)
        except (ValidationError, InvalidInputError) as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
