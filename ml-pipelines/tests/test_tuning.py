import json

import pytest
from made import request
from temporalio.testing import ActivityEnvironment

from finsight_ml.objects import FileObjects
from finsight_ml.training import train
from finsight_ml.tuning import suggest_trials, train_trial
from finsight_ml.tuning_contracts import SuggestTrialsRequest, TrialRequest
from finsight_ml.worker import suggest_trials as suggest_step


@pytest.fixture
def objects(tmp_path):
    return FileObjects(f"file:{tmp_path}")


def trial(objects, until: int, **changes):
    return train_trial(TrialRequest(request=request(objects, **changes), until_epoch=until), objects)


def test_a_trial_is_the_beginning_of_the_whole_training(objects, tmp_path):
    calm_objects = FileObjects(f"file:{tmp_path}/calm")
    calm = train(request(calm_objects), calm_objects)
    first = trial(objects, 1)
    assert [each.epoch for each in first.epochs] == [1]
    # A repeated attempt, and one for fewer epochs than the checkpoint has, tell the same.
    second = trial(objects, 2)
    assert [each.validation_loss for each in trial(objects, 1).epochs] == [each.validation_loss for each in first.epochs]
    assert [each.validation_loss for each in second.epochs] == [each.validation_loss for each in calm.epochs[:2]]
    whole = trial(objects, 3)
    assert whole.validation_loss == min(each.validation_loss for each in calm.epochs)
    assert train(request(objects), objects).weights_sha256 == calm.weights_sha256


def rows(*trials) -> bytes:
    return json.dumps(
        [{"trial": i, "drawn": {"x": x}, "value": None, "score": score, "epochs": epochs, "state": state} for i, (x, score, epochs, state) in enumerate(trials)]
    ).encode()


SPACE = {"x": {"values": None, "min": 0.0, "max": 1.0, "step": None, "log": False}}


def asked(table, **changes) -> SuggestTrialsRequest:
    return SuggestTrialsRequest(**{"space": SPACE, "count": 4, "startup": 5, "seed": 1, "table": table, **changes})


def test_suggestions_come_from_the_table_alone(objects):
    assert len(suggest_trials(asked(None), objects).params) == 4
    good = [(0.8 + 0.01 * i, 1.0 - 0.01 * i, 9, "complete") for i in range(5)]
    bad = [(0.05 * i, 0.1, 1, "pruned") for i in range(10)] + [(0.55, None, 0, "failed")]
    table = objects.put("tunings/made.json", rows(*good, *bad))
    found = suggest_trials(asked(table), objects)
    assert found == suggest_trials(asked(table), objects)
    assert sum(each["x"] > 0.6 for each in found.params) >= 3


def test_trials_that_were_ended_late_rank_before_those_ended_soon(objects):
    late = [(0.9 + 0.005 * i, 0.1, 3, "pruned") for i in range(6)]
    soon = [(0.05 * i, 0.5, 1, "pruned") for i in range(10)]
    table = objects.put("tunings/made.json", rows(*late, *soon))
    assert sum(each["x"] > 0.7 for each in suggest_trials(asked(table), objects).params) >= 3


def test_a_table_that_is_none_is_named(tmp_path, monkeypatch, objects):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    table = objects.put("tunings/made.json", b'[{"params": 1}]')
    with pytest.raises(Exception, match="tunings/made.json is no table of trials"):
        ActivityEnvironment().run(suggest_step, asked(table).model_dump(by_alias=True))
