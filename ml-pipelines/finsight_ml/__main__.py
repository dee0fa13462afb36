"""`python -m finsight_ml worker` and `python -m finsight_ml train <request.json>`."""

import asyncio
import json
import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    match arguments:
        case ["worker"]:
            from .worker import serve

            asyncio.run(serve())
            return 0
        case ["train", path]:
            return train_file(Path(path))
        case _:
            print("usage: python -m finsight_ml worker | train <request.json>", file=sys.stderr)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
