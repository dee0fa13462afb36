"""How a process of a training stands, as it tells it and as its watcher reads it."""

import json
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

TELL_SECONDS = 0.5
# What an engine and its processes print, in the directory of their launch.
LOG = "log.txt"


@dataclass
class Standing:
    rank: int
    pid: int
    host: str
    # `finishes`: exports, which tells nothing in between.
    phase: Literal["starts", "trains", "finishes", "done"] = "starts"
    # Seconds since the last batch, and the longest that there were between two.
    quiet: float = 0.0
    slowest: float = 0.0
    # What a training in one process would tell.
    detail: dict = field(default_factory=dict)


class Telling:
    """Keeps a standing, and writes it to a file by a thread of its own: what it tells is that the process lives, the time
    since the last batch that it goes on."""

    def __init__(self, rank: int, directory: Path | None) -> None:
        self.standing = Standing(rank=rank, pid=os.getpid(), host=socket.gethostname())
        self.moved = time.monotonic()
        self.lock = threading.Lock()
        if directory is not None:
            self.path = directory / f"standing-{rank}.json"
            self.write()
            threading.Thread(target=self.keep_writing, daemon=True).start()

    def beat(self, detail: dict) -> None:
        with self.lock:
            now = time.monotonic()
            if self.standing.phase == "trains":
                self.standing.slowest = max(self.standing.slowest, now - self.moved)
            if "batch" in detail:
                self.standing.phase = "trains"
            self.moved = now
            self.standing.detail.update(detail)

    def enter(self, phase: Literal["finishes", "done"]) -> None:
        with self.lock:
            self.standing.phase = phase

    def told(self) -> dict:
        with self.lock:
            self.standing.quiet = time.monotonic() - self.moved
            return asdict(self.standing)

    def keep_writing(self) -> None:
        while True:
            time.sleep(TELL_SECONDS)
            self.write()

    def write(self) -> None:
        write_json(self.path, self.told())


def write_json(path: Path, value: object) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(f".{threading.get_ident()}.new")
    draft.write_text(json.dumps(value))
    draft.replace(path)


@dataclass
class Seen:
    """A standing, and how long ago it was told."""

    standing: Standing
    age: float

    @property
    def quiet(self) -> float:
        return self.standing.quiet + self.age


def standings(directory: Path) -> list[Seen]:
    """By rank; of those that have begun."""
    found = []
    for path in directory.glob("standing-*.json"):
        age = max(0.0, time.time() - path.stat().st_mtime)
        found.append(Seen(Standing(**json.loads(path.read_text())), age))
    return sorted(found, key=lambda each: each.standing.rank)
