"""The versions that a process holds: opened once, used by several at a time, ended when their batches have ended."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .running import Opened, Settings, Version, open_version


class UnknownModel(Exception):
    """A version that is not loaded here."""


class Holding:
    """At most `most` versions, of which the one unused for the longest goes first; `lanes` batches are computed at a time."""

    def __init__(self, settings: Settings, *, lanes: int = 1, most: int = 8) -> None:
        self.settings, self.lanes, self.most = settings, lanes, most
        self.held: OrderedDict[str, Opened] = OrderedDict()
        self.users: dict[str, int] = {}
        self.changed = threading.Condition()
        self.computing = threading.Semaphore(lanes)
        self.opening = threading.Lock()
        self.failures = 0

    def load(self, version: Version, data: bytes) -> dict:
        """Again it is no new work. Raises ModelFault."""
        with self.opening:
            with self.changed:
                known = self.held.get(version.sha256)
            if known is None or known.version.file_sha256 != version.file_sha256:
                known = open_version(version, data, self.settings)
            with self.changed:
                self.held[version.sha256] = known
                self.held.move_to_end(version.sha256)
                self.evict()
        return known.describe()

    def evict(self) -> None:
        idle = [sha256 for sha256 in self.held if not self.users.get(sha256)]
        for sha256 in idle[: max(0, len(self.held) - self.most)]:
            del self.held[sha256]

    def infer(self, sha256: str, inputs: dict[str, np.ndarray]) -> tuple[Opened, dict[str, np.ndarray]]:
        """Raises UnknownModel and InputFault."""
        with self.used(sha256) as opened, self.computing:
            began = time.perf_counter()
            try:
                return opened, opened.run(inputs)
            except Exception:
                self.failures += 1
                raise
            finally:
                opened.seconds += time.perf_counter() - began
                opened.batches += 1

    def describe(self, sha256: str) -> dict:
        with self.used(sha256) as opened:
            return opened.describe()

    def unload(self, sha256: str) -> None:
        """Returns when its running batches have ended; whoever asks later finds it unknown."""
        with self.changed:
            self.held.pop(sha256, None)
            self.changed.wait_for(lambda: not self.users.get(sha256))

    def health(self) -> dict:
        with self.changed:
            held = list(self.held.values())
        return {
            "loaded": [each.version.sha256 for each in held],
            "versions": [{**each.describe(), "batches": each.batches, "seconds": each.seconds} for each in held],
            "failures": self.failures,
            "lanes": self.lanes,
            "threads": self.settings.threads,
            "device": self.settings.device,
        }

    @contextmanager
    def used(self, sha256: str) -> Iterator[Opened]:
        with self.changed:
            opened = self.held.get(sha256)
            if opened is None:
                raise UnknownModel(f"No model with the digest {sha256} is loaded")
            self.held.move_to_end(sha256)
            self.users[sha256] = self.users.get(sha256, 0) + 1
        try:
            yield opened
        finally:
            with self.changed:
                self.users[sha256] -= 1
                if self.users[sha256] == 0:
                    del self.users[sha256]
                self.changed.notify_all()


