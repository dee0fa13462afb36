"""What the processes of one training are told, as a file in the directory that they share on a machine."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..contracts import Distributed, TrainRequest


@dataclass(frozen=True)
class Place:
    """Where a machine's processes belong: the machine's number among all, and the attempt that they are of."""

    node: int
    run: str


@dataclass(frozen=True)
class Launch:
    request: TrainRequest
    # Address of the objects.
    objects: str
    place: Place
    # Of each process.
    threads: int

    @property
    def spread(self) -> Distributed:
        assert self.request.training.distributed is not None
        return self.request.training.distributed


def write_launch(launch: Launch, directory: Path) -> None:
    told = {**asdict(replace(launch, request=None)), "request": launch.request.model_dump(by_alias=True)}  # type: ignore[arg-type]
    (directory / "launch.json").write_text(json.dumps(told))


def read_launch(directory: Path) -> Launch:
    told = json.loads((directory / "launch.json").read_text())
    return Launch(**{**told, "request": TrainRequest.model_validate(told["request"]), "place": Place(**told["place"])})
