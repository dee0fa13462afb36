"""`python -m finsight_verify worker`, `run <request.json>` and `versions`."""

import asyncio
import json
import os
import sys
from pathlib import Path

from finsight_ml.errors import DataQualityError, InvalidInputError


def main(arguments: list[str]) -> int:
    match arguments:
        case ["worker"]:
            from .worker import serve

            asyncio.run(serve())
            return 0
        case ["run", path]:
            return run_file(Path(path))
        case ["versions"]:
            from .engines import ENGINES, engine

            print(json.dumps({name: engine(name).version() for name in ENGINES}))
            return 0
        case _:
            print("usage: python -m finsight_verify worker | run <request.json> | versions", file=sys.stderr)
            return 2


def run_file(path: Path) -> int:
    """Without Temporal; the last line on stdout is the result, or `{error: {name, message}}`, as one JSON object."""
    from pydantic import ValidationError

    from finsight_ml.objects import FileObjects

    from .contracts import ExternalRequest
    from .run import run_external

    try:
        request = ExternalRequest.model_validate_json(path.read_text())
        result = run_external(request, FileObjects(os.environ.get("OBJECTS_URL", "")))
    except (InvalidInputError, DataQualityError, ValidationError) as error:
        name = "InvalidInputError" if isinstance(error, ValidationError) else type(error).__name__
        print(json.dumps({"error": {"name": name, "message": str(error)}}))
        return 2
    print(json.dumps(result.model_dump(by_alias=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
