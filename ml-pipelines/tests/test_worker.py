import pytest
from made import request
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from finsight_ml.objects import FileObjects
from finsight_ml.worker import train_forecaster


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
