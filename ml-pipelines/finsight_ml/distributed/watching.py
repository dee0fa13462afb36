"""Watches the processes of a training from outside: tells how it goes, ends all where one is lost, leaves none behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from temporalio import activity

from ..errors import DataQualityError, InvalidInputError, RankLost
from ..learning import Beat
from .leaving import PARENT
from .standing import LOG, Seen, standings

LOOK_SECONDS = 0.2
# A process that has not told for so long that it lives is taken for lost; imports and exports hold the interpreter longer,
SILENT_SECONDS = {"starts": 50.0, "trains": 20.0, "finishes": 50.0}
# and one that went through no batch for so long, or ten times its slowest batch; starting and compiling take longer.
BATCH_SECONDS = 40.0
START_SECONDS = 600.0
END_SECONDS = 6.0
# A heartbeat is a payload, and a Ray cluster may have many processes.
TOLD = 32
FINAL = {each.__name__: each for each in (InvalidInputError, DataQualityError)}


class Watched:
    """The process of an engine, and all ranks that it starts on this machine."""

    def __init__(self, module: str, directory: Path, env: dict[str, str], size: int) -> None:
        self.directory, self.size = directory, size
        self.log = (directory / LOG).open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", module, str(directory)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **env, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def watch(self, beat: Beat) -> None:
        """Returns when all have ended well. Raises RankLost, or the final error that a rank raised."""
        while self.process.poll() is None:
            seen = standings(self.directory)
            hung = next((why for each in seen if (why := hang_of(each)) is not None), None)
            if hung is not None:
                raise RankLost(f"{hung}; all are ended, and the next attempt goes on at the last checkpoint")
            beat(self.told(seen))
            time.sleep(LOOK_SECONDS)
        if self.process.returncode != 0:
            raise self.cause()

    def told(self, seen: list[Seen]) -> dict:
        """What the first rank here tells, and who is at it."""
        detail = dict(seen[0].standing.detail) if seen else {}
        ranks = [{"rank": each.standing.rank, "pid": each.standing.pid, "phase": each.standing.phase} for each in seen[:TOLD]]
        return {**detail, "processes": self.size, "ranks": ranks}

    def cause(self) -> Exception:
        """What ended it first: an error that stays one, a process that was killed, else the earliest error."""
        errors = sorted((json.loads(path.read_text()) for path in self.directory.glob("error-*.json")), key=lambda each: each["at"])
        for each in errors:
            if each["type"] in FINAL:
                return FINAL[each["type"]](each["message"])
        path = self.directory / "failures.json"
        told = json.loads(path.read_text()) if path.exists() else {"lost": [], "reason": None}
        killed = [each for each in told["lost"] if each["code"] is None or each["code"] < 0]
        after = "all are ended, and the next attempt goes on at the last checkpoint"
        if killed:
            return RankLost(f"{self.named(killed[0])} was ended by {signal_name(killed[0]['code'])}; {after}")
        if errors:
            first = errors[0]
            return RankLost(f"Process {first['rank']} of {self.size} failed: {first['type']}: {first['message'][:2000]}; {after}")
        if told["reason"]:
            return RankLost(f"{told['reason']}; {after}")
        code = self.process.returncode
        how = f"was ended by {signal_name(code)}" if code < 0 else f"ended with code {code}"
        return RankLost(f"The launcher of the training {how}: {self.last_lines()}")

    def named(self, lost: dict) -> str:
        return f"Process {lost['rank']} of {self.size} (pid {lost['pid']})"

    def last_lines(self) -> str:
        lines = (self.directory / LOG).read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:])[-1000:] or "it said nothing"

    def end(self) -> None:
        """Ends the engine, then whatever it has left; returns when they are gone."""
        ranks = [each.standing.pid for each in standings(self.directory) if str(self.directory) in command_of(each.standing.pid)]
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pid in ranks:
            end_rank(pid, self.directory)
        self.log.close()


def hang_of(seen: Seen) -> str | None:
    """Why a process is taken for lost, or None."""
    standing = seen.standing
    who = f"Process {standing.rank} (pid {standing.pid} on {standing.host})"
    if standing.phase == "done":
        return None
    if seen.age > SILENT_SECONDS[standing.phase]:
        return f"{who} has not been heard of for {seen.age:.0f} s"
    limit = {"starts": START_SECONDS, "trains": max(BATCH_SECONDS, 10 * standing.slowest)}.get(standing.phase, float("inf"))
    if seen.quiet > limit:
        return f"{who} stands still: {seen.quiet:.0f} s without a batch"
    return None


def end_rank(pid: int, directory: Path) -> None:
    deadline = time.monotonic() + END_SECONDS
    while str(directory) in command_of(pid) and time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def command_of(pid: int) -> str:
    """The command line of a process, empty where it has ended: its number may be another's by now."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def signal_name(code: int | None) -> str:
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"a signal ({code})"


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """A cancellation must not keep processes from being ended."""
    if not activity.in_activity():
        yield
        return
    with activity.shield_thread_cancel_exception():
        yield
