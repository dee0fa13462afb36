import socket
import time

import pytest
from made import request
from made_mlflow import MadeMlflow

from finsight_ml.__main__ import main
from finsight_ml.objects import FileObjects
from finsight_ml.tracking import REFUSED, SPOOL, record_of, replay
from finsight_ml.tracking import keep as keep_record
from finsight_ml.training import train


@pytest.fixture
def objects(tmp_path):
    return FileObjects(f"file:{tmp_path}")


@pytest.fixture
def server(monkeypatch):
    made = MadeMlflow()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", made.address)
    yield made
    made.close()


def record(name: str = "made", spec: str = "a"):
    return record_of(spec * 64, name, seconds=2.0, params={"layers": 2}, tags={"dataset": "d"}, metrics=[("train_loss", 0.5, 1)])


def waiting(objects) -> list[str]:
    return [path.name for path in objects.path(SPOOL).glob("*.json")]


def test_a_training_is_logged_with_curves_digests_environment_and_code(objects, server):
    result = train(request(objects), objects)
    run = server.runs[result.mlflow_run_id]
    assert run["status"] == "FINISHED"
    assert run["params"]["kind"] == "patchtst"
    assert run["params"]["learningRate"] == "0.01"
    assert [step for name, _, step in run["metrics"] if name == "validation_loss"] == [1, 2, 3]
    expected = {"weightsSha256": result.weights_sha256, "onnxSha256": result.onnx.sha256, "spec": "b" * 64}
    assert run["tags"] | expected == run["tags"]
    assert {"dataset", "code", "torch", "lock", "processor", "threads"} <= set(run["tags"])
    assert waiting(objects) == []


def test_a_server_that_is_down_holds_nothing_up_and_gets_the_run_later(objects, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free.getsockname()[1]}")
    began = time.monotonic()
    assert keep_record(record(), objects) is None
    assert time.monotonic() - began < 3
    assert len(waiting(objects)) == 1
    made = MadeMlflow()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", made.address)
    # The next training takes along what waits.
    assert keep_record(record("next", "c"), objects)
    assert {run["tags"]["spec"][0] for run in made.runs.values()} == {"a", "c"}
    assert waiting(objects) == []
    made.close()


def test_a_server_that_fails_in_the_middle_is_left_with_one_run(objects, server):
    server.fails = 1
    assert keep_record(record(), objects) is None
    assert len(waiting(objects)) == 1
    # Begun, but never finished.
    server.runs["run0"] = {"id": "run0", "status": "RUNNING", "params": {}, "metrics": [], "tags": {"spec": "a" * 64}}
    assert replay(objects).sent == {"a" * 64: "run0"}
    assert len(server.runs) == 1
    assert keep_record(record(), objects) == "run0"
    assert server.runs["run0"]["metrics"] == [("train_loss", 0.5, 1)]


def test_what_the_server_refuses_holds_up_no_other(objects, server):
    server.refuses = "bad"
    keep_record(record("bad"), objects)
    assert keep_record(record("good", "c"), objects)
    assert waiting(objects) == []
    assert len(list(objects.path(REFUSED).glob("*.json"))) == 1


def test_without_an_address_nothing_is_kept(objects, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert keep_record(record(), objects) is None
    assert not objects.path(SPOOL).exists()


def test_the_command_tells_and_sends_what_waits(objects, tmp_path, monkeypatch, capsys, server):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    server.fails = 1
    keep_record(record(), objects)
    assert main(["tracking"]) == 0
    assert '"waiting": 1' in capsys.readouterr().out
    assert main(["tracking", "--replay"]) == 0
    assert '"sent": {"aaa' in capsys.readouterr().out
    assert main(["tracking", "--fly"]) == 2
