from concurrent.futures import ThreadPoolExecutor

import pytest
from made import request
from temporalio.activity import ActivityCancellationDetails
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment

from finsight_ml.objects import FileObjects
from finsight_ml.worker import train_forecaster

# Long enough to be stopped in the middle.
TRAINING = {"maxEpochs": 500, "patience": 500, "batchSize": 16, "learningRate": 0.001, "seed": 1}


def test_the_activity_answers_by_the_contract_and_beats(tmp_path, monkeypatch):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    payload = request(FileObjects(f"file:{tmp_path}")).model_dump(by_alias=True)
    environment = ActivityEnvironment()
    beats = []
    environment.on_heartbeat = lambda *details: beats.append(details)
    result = environment.run(train_forecaster, payload)
    assert result["bestEpoch"] >= 1
    assert beats


@pytest.mark.parametrize("payload", [{}, {"kind": "patchtst"}])
def test_unusable_requests_are_final(payload):
    with pytest.raises(ApplicationError) as raised:
        ActivityEnvironment().run(train_forecaster, payload)
    assert raised.value.type == "InvalidInputError"
    assert raised.value.non_retryable


@pytest.mark.parametrize(("reason", "outcome"), [("cancel_requested", CancelledError), ("worker_shutdown", ApplicationError)])
def test_a_training_stops_when_it_is_cancelled_and_is_handed_over_when_the_worker_drains(tmp_path, monkeypatch, reason, outcome):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    payload = request(FileObjects(f"file:{tmp_path}"), training=TRAINING).model_dump(by_alias=True)
    environment = ActivityEnvironment()

    def on_heartbeat(*details):
        if details[0].get("epoch", 0) > 1:
            environment.cancel(cancellation_details=ActivityCancellationDetails(**{reason: True}))

    environment.on_heartbeat = on_heartbeat
    with ThreadPoolExecutor(max_workers=1) as pool:
        ended = pool.submit(environment.run, train_forecaster, payload)
        with pytest.raises(outcome) as raised:
            ended.result(timeout=60)
    # Not final: the next worker takes it up.
    assert not getattr(raised.value, "non_retryable", False)
