"""Training on a Ray cluster, where Ray is installed: `uv sync --group ray`."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from made import request
from temporalio.activity import ActivityCancellationDetails
from temporalio.exceptions import CancelledError
from test_distributed import LONG, Watcher, asked

from finsight_ml.distributed import ray_cluster
from finsight_ml.distributed.watching import command_of
from finsight_ml.errors import InvalidInputError, RankLost
from finsight_ml.objects import FileObjects
from finsight_ml.training import train

RAY = {"engine": "ray", "processes": 2}
installed = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not installed, reason="SKIPPED: Ray is not installed; install it by: uv sync --group ray")


@pytest.fixture
def objects(tmp_path, monkeypatch) -> FileObjects:
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}/objects")
    monkeypatch.setattr("finsight_ml.working.BEAT_SECONDS", 0.1)
    return FileObjects(f"file:{tmp_path}/objects")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def cluster():
    """A head node of its own, which holds two processes. On a busy machine its agents may be too late: then once more."""
    # Its sockets' paths must be short.
    directory = Path(tempfile.mkdtemp(prefix="ray-"))
    process, address = next(started for number in range(4) if (started := head(directory / str(number))) is not None)
    yield address
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(60)
    shutil.rmtree(directory, ignore_errors=True)


def head(directory: Path) -> tuple[subprocess.Popen, str] | None:
    port = free_port()
    words = ["start", "--head", "--block", f"--port={port}", "--num-cpus=2", "--include-dashboard=false"]
    env = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    directory.mkdir()
    with (directory / "log").open("w") as log:
        ray = Path(sys.executable).with_name("ray")
        process = subprocess.Popen([ray, *words, f"--temp-dir={directory}"], env=env, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        told = re.search(r"--address='([\d.]+:\d+)'", (directory / "log").read_text())
        if told:
            return process, told[1]
        time.sleep(0.2)
    process.kill()
    return None


def actors() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if "ray::Rank" in command_of(int(path.name))]


def none_left() -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not actors():
            return True
        time.sleep(0.2)
    return False


def test_without_ray_or_an_address_it_says_what_is_missing(objects, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InvalidInputError, match=r"needs the package ray, which is not installed .*; run: uv sync .*--group ray"):
        train(asked(objects, RAY), objects)
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda _: object())
    with pytest.raises(InvalidInputError, match="needs the address of a cluster: training.distributed.address, or RAY_ADDRESS"):
        train(asked(objects, RAY), objects)


@pytest.mark.parametrize("address", [f"127.0.0.1:{free_port()}", f"ray://127.0.0.1:{free_port()}"])
def test_a_cluster_that_does_not_answer_is_told(objects, monkeypatch, address):
    """It may answer later: the story tries again."""
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda _: object())
    with pytest.raises(RankLost, match=f"The Ray cluster at {address} cannot be used: .*refused"):
        train(asked(objects, {**RAY, "address": address}), objects)


@needs_ray
def test_a_cluster_trains_the_same_weights_as_torchrun_and_a_killed_actor_is_resumed(objects, tmp_path, cluster):
    training = {"maxEpochs": 40, "patience": 40, "batchSize": 16}
    other = FileObjects(f"file:{tmp_path}/torchrun")
    calm = train(asked(other, training=training), other)
    payload = asked(objects, {**RAY, "address": cluster}, training=training).model_dump(by_alias=True)
    watcher = Watcher(lambda _, detail: os.kill(detail["ranks"][1]["pid"], signal.SIGKILL))
    began = time.monotonic()
    with pytest.raises(Exception, match="Process [01] of 2 is lost on the Ray cluster|Process 0 of 2 failed"):
        watcher.run(payload)
    print(f"failed after {time.monotonic() - began:.0f} s")
    assert none_left()
    again = Watcher(lambda *_: None)
    result = again.run(payload)
    assert min(each["epoch"] for each in again.seen if each.get("epoch")) >= 3
    assert result["weightsSha256"] == calm.weights_sha256
    assert result["distributed"]["engine"] == "ray"
    assert none_left()


@needs_ray
def test_a_cancellation_ends_the_actors(objects, cluster):
    payload = asked(objects, {**RAY, "address": cluster}, training=LONG).model_dump(by_alias=True)
    watcher = Watcher(lambda self, _: self.environment.cancel(cancellation_details=ActivityCancellationDetails(cancel_requested=True)))
    with pytest.raises(CancelledError):
        watcher.run(payload)
    assert none_left()


@needs_ray
def test_a_cluster_that_is_too_small_says_what_it_has(objects, cluster):
    with pytest.raises(RankLost, match="has 2 CPUs and 0 GPUs for 4 processes"):
        train(request(objects, training={"distributed": {**RAY, "processes": 4, "address": cluster}}), objects)


@needs_ray
def test_errors_of_actors_stay_what_they_are(objects, cluster):
    with pytest.raises(InvalidInputError, match="Unknown parameter wings of patchtst"):
        train(asked(objects, {**RAY, "address": cluster}, params={"wings": 2}), objects)
