"""Training in several processes: the same model, and nothing left behind however it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from made import LOOK_BACK, request
from temporalio.activity import ActivityCancellationDetails
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment

from finsight_ml.contracts import TrainRequest
from finsight_ml.distributed import watching
from finsight_ml.distributed.group import Group
from finsight_ml.distributed.launching import threads_for
from finsight_ml.distributed.standing import Seen, Standing
from finsight_ml.distributed.watching import command_of, hang_of
from finsight_ml.errors import InvalidInputError
from finsight_ml.objects import FileObjects
from finsight_ml.training import train
from finsight_ml.worker import train_forecaster

TWO = {"engine": "torchrun", "processes": 2}
LONG = {"maxEpochs": 400, "patience": 400, "batchSize": 16, "learningRate": 0.001}


def asked(objects: FileObjects, distributed: dict | None = TWO, **changes) -> TrainRequest:
    return request(objects, **{**changes, "training": {**changes.get("training", {}), "distributed": distributed}})


def answers(objects: FileObjects, result) -> np.ndarray:
    session = onnxruntime.InferenceSession(objects.get(result.onnx), providers=["CPUExecutionProvider"])
    windows = np.random.default_rng(3).normal(size=(64, LOOK_BACK, 3)).astype(np.float32)
    return session.run(["path"], {"features": windows})[0]


class Watcher:
    """Follows the heartbeats of an activity, and does something once when they say so."""

    def __init__(self, act, when=lambda detail: detail.get("epoch", 0) >= 3) -> None:
        self.environment = ActivityEnvironment()
        self.act, self.when, self.done, self.seen, self.pids = act, when, threading.Event(), [], set()
        self.environment.on_heartbeat = self.look

    def look(self, *details) -> None:
        detail = dict(details[0])
        self.seen.append(detail)
        self.pids |= {each["pid"] for each in detail.get("ranks", [])}
        if not self.done.is_set() and len(detail.get("ranks", [])) == 2 and self.when(detail):
            self.done.set()
            self.act(self, detail)

    def run(self, payload: dict) -> dict:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(self.environment.run, train_forecaster, payload).result(timeout=120)


def gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any("finsight_ml.distributed" in command_of(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def objects(tmp_path, monkeypatch) -> FileObjects:
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}/objects")
    monkeypatch.setattr("finsight_ml.working.BEAT_SECONDS", 0.1)
    return FileObjects(f"file:{tmp_path}/objects")


def test_two_processes_learn_what_one_learns(objects):
    """DLinear has neither chance nor norms over a batch: only the order of the sums differs."""
    linear = {"kind": "dlinear", "params": {}}
    alone = train(request(objects, **linear), objects)
    together = train(asked(objects, specSha256="c" * 64, **linear), objects)
    np.testing.assert_allclose(answers(objects, together), answers(objects, alone), atol=1e-5)
    for one, other in zip(alone.epochs, together.epochs, strict=True):
        assert other.train_loss == pytest.approx(one.train_loss, abs=1e-5)
        assert other.validation_loss == pytest.approx(one.validation_loss, abs=1e-5)
    assert together.distributed.processes == 2
    assert [each.rank for each in together.distributed.ranks] == [0, 1]
    assert all(each.peak_memory_bytes > 1e8 and each.reducing_seconds > 0 for each in together.distributed.ranks)
    assert together.rows_per_second > 0 and together.environment["processes"] == "2"


def test_a_killed_process_fails_the_attempt_and_the_next_goes_on_at_its_epoch(objects, tmp_path):
    training = {"maxEpochs": 40, "patience": 40, "batchSize": 16}
    other = FileObjects(f"file:{tmp_path}/calm")
    calm = train(asked(other, training=training), other)
    payload = asked(objects, training=training).model_dump(by_alias=True)
    killed = []

    def kill(watcher, detail):
        killed.append((detail["ranks"][1]["pid"], time.monotonic()))
        os.kill(killed[0][0], signal.SIGKILL)

    watcher = Watcher(kill)
    with pytest.raises(Exception, match=r"Process 1 of 2 \(pid \d+\) was ended by SIGKILL; .* the next attempt goes on") as raised:
        watcher.run(payload)
    assert type(raised.value).__name__ == "RankLost"
    assert time.monotonic() - killed[0][1] < 60
    assert len(watcher.pids) == 2 and gone(watcher.pids)
    again = Watcher(lambda *_: None)
    result = again.run(payload)
    first = min(each["epoch"] for each in again.seen if each.get("epoch"))
    assert first >= 3
    assert result["weightsSha256"] == calm.weights_sha256 and result["onnx"]["sha256"] == calm.onnx.sha256
    assert gone(again.pids)


def test_a_process_that_hangs_fails_the_attempt(objects, monkeypatch):
    monkeypatch.setitem(watching.SILENT_SECONDS, "trains", 3.0)
    payload = asked(objects, training=LONG).model_dump(by_alias=True)
    watcher = Watcher(lambda _, detail: os.kill(detail["ranks"][0]["pid"], signal.SIGSTOP))
    with pytest.raises(Exception, match=r"Process 0 \(pid \d+ on .*\) has not been heard of for"):
        watcher.run(payload)
    assert gone(watcher.pids)


@pytest.mark.parametrize(("reason", "outcome"), [("cancel_requested", CancelledError), ("worker_shutdown", ApplicationError)])
def test_a_cancellation_and_a_drain_end_all_processes(objects, reason, outcome):
    payload = asked(objects, training=LONG).model_dump(by_alias=True)
    watcher = Watcher(lambda self, _: self.environment.cancel(cancellation_details=ActivityCancellationDetails(**{reason: True})))
    with pytest.raises(outcome) as raised:
        watcher.run(payload)
    assert not getattr(raised.value, "non_retryable", False)
    assert gone(watcher.pids)


def test_processes_end_with_a_worker_that_is_killed(objects, tmp_path):
    (tmp_path / "request.json").write_text(asked(objects, training=LONG).model_dump_json(by_alias=True))
    program = (
        "import json; from pathlib import Path; from finsight_ml.contracts import TrainRequest;"
        "from finsight_ml.objects import FileObjects; from finsight_ml.training import train;"
        f"train(TrainRequest.model_validate_json(Path('{tmp_path}/request.json').read_text()), FileObjects('file:{tmp_path}/objects'),"
        "lambda detail: print(json.dumps(detail), flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            detail = json.loads(line)
            if detail.get("epoch", 0) >= 2 and len(detail["ranks"]) == 2:
                process.send_signal(signal.SIGKILL)
                break
    assert gone({each["pid"] for each in detail["ranks"]})


@pytest.mark.parametrize(
    ("distributed", "changes", "message"),
    [
        (TWO, {"kind": "lightgbm", "params": {}}, "lightgbm is trained by one process; distributed goes with patchtst, patchtsmixer, transformer, dlinear"),
        ({**TWO, "processes": 64}, {}, "A batch of 64 has fewer than two rows for each of 64 processes"),
        ({**TWO, "nodes": ["a", "b"], "rendezvous": "a:29500"}, {}, "on the machines a, b goes by the story trainModel"),
        ({**TWO, "nodes": ["a", "a"], "rendezvous": "a:29500"}, {}, "nodes are a, a; several machines are wanted, each named once"),
        ({**TWO, "nodes": ["a", "b"]}, {}, 'is <host>:<port> of a, not ""'),
        ({**TWO, "engine": "ray", "nodes": ["a", "b"]}, {}, "nodes are of the engine torchrun"),
    ],
)
def test_what_does_not_go_together_is_refused(objects, distributed, changes, message):
    with pytest.raises(InvalidInputError) as raised:
        train(asked(objects, distributed, **changes), objects)
    assert message in str(raised.value)


def test_errors_of_processes_stay_what_they_are(objects):
    """Only rank 0 could tell an exception by its own; all of them stop at once."""
    wrong = asked(objects, params={"wings": 2})
    with pytest.raises(InvalidInputError, match="Unknown parameter wings of patchtst"):
        train(wrong, objects)


def test_shares_are_a_batch_without_overlap_and_weigh_by_their_rows():
    rows = torch.arange(11)
    groups = [Group() for _ in range(3)]
    for rank, group in enumerate(groups):
        group.rank, group.size = rank, 3
    shares = [group.share(rows) for group in groups]
    assert sorted(torch.cat([own for own, _ in shares]).tolist()) == rows.tolist()
    values = torch.randn(11)
    assert sum(float(values[own].mean()) * weight for own, weight in shares) / 3 == pytest.approx(float(values.mean()), abs=1e-6)
    # Too few for norms over a batch: everybody takes all.
    assert [(len(own), weight) for own, weight in (group.share(rows[:5]) for group in groups)] == [(5, 1.0)] * 3


@pytest.mark.parametrize(
    ("standing", "age", "hangs"),
    [
        ({"phase": "trains", "quiet": 1.0}, 0.5, False),
        ({"phase": "trains", "quiet": 41.0}, 0.5, True),
        # A slow batch is not a hang.
        ({"phase": "trains", "quiet": 41.0, "slowest": 10.0}, 0.5, False),
        ({"phase": "starts", "quiet": 300.0}, 0.5, False),
        ({"phase": "finishes", "quiet": 300.0}, 0.5, False),
        ({"phase": "trains", "quiet": 1.0}, 21.0, True),
        ({"phase": "finishes", "quiet": 1.0}, 21.0, False),
        ({"phase": "finishes", "quiet": 1.0}, 51.0, True),
        ({"phase": "done", "quiet": 300.0}, 300.0, False),
    ],
)
def test_hangs_are_told_from_work(standing, age, hangs):
    assert (hang_of(Seen(Standing(rank=1, pid=1, host="h", **standing), age)) is not None) == hangs


def test_threads_are_shared_out(objects, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    spreads = [asked(objects, {**TWO, "processes": count}).training.distributed for count in (1, 2, 4, 16)]
    assert [threads_for(spread) for spread in spreads] == [6, 3, 1, 1]
