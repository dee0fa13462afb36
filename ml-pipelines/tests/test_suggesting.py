import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from finsight_ml.contracts import SuggestRequest
from finsight_ml.errors import InvalidInputError
from finsight_ml.suggesting import suggest
from finsight_ml.worker import suggest_parameters

ML = Path(__file__).parents[1]
GOLDEN = json.loads((ML.parent / "test/contracts/suggest-request.json").read_text())
BOUNDS = {"values": None, "min": -5.0, "max": 5.0, "step": None, "log": False}


def asked(**changes) -> list[dict[str, float]]:
    return suggest(SuggestRequest.model_validate({**GOLDEN, **changes})).params


def test_the_same_request_gets_the_same_different_combinations():
    first = asked()
    assert first == asked()
    assert first != asked(seed=2)
    assert len({json.dumps(each) for each in first}) == GOLDEN["count"]
    for params in first:
        assert params["fast"] in (5, 10, 20) and 0.5 <= params["width"] <= 3


def test_it_learns_where_the_good_ones_are():
    def goodness(params):
        return -((params["x"] - 2) ** 2) - (params["y"] + 1) ** 2

    told = []
    for _ in range(20):
        for params in asked(space={"x": BOUNDS, "y": BOUNDS}, told=told, count=4, startup=16):
            told.append({"params": params, "value": goodness(params)})
    best = max(each["value"] for each in told)
    early = max(each["value"] for each in told[:16])
    assert best > early and best > -0.1
    late = [each["value"] for each in told[-20:]]
    assert sum(late) / 20 > sum(each["value"] for each in told[:16]) / 16


def test_steps_are_kept_and_what_was_tried_is_not_tried_again():
    space = {"n": {"values": None, "min": 10, "max": 19, "step": 5, "log": False}, "k": {**GOLDEN["space"]["fast"]}}
    tried = [{"params": {"n": 10, "k": 5}, "value": 1.0}]
    found = asked(space=space, told=tried, count=20)
    assert sorted((each["n"], each["k"]) for each in found) == [(10, 10), (10, 20), (15, 5), (15, 10), (15, 20)]


def test_a_log_scale_reaches_small_numbers():
    axis = {"values": None, "min": 1e-4, "max": 1.0, "step": None, "log": True}
    found = asked(space={"rate": axis}, told=[], count=40, startup=100)
    assert 10 <= sum(each["rate"] < 1e-2 for each in found) <= 30


def test_trials_of_another_space_are_refused():
    with pytest.raises(InvalidInputError, match="parameters"):
        asked(told=[{"params": {"fast": 5}, "value": 1.0}])
    with pytest.raises(InvalidInputError, match="not among"):
        asked(told=[{"params": {"fast": 7, "width": 1.0}, "value": 1.0}])
    with pytest.raises(InvalidInputError, match="neither values nor bounds"):
        asked(space={"x": {**BOUNDS, "min": None}}, told=[])


def test_the_step_answers_by_the_contract_and_refuses_what_it_cannot_read():
    result = ActivityEnvironment().run(suggest_parameters, GOLDEN)
    assert len(result["params"]) == GOLDEN["count"]
    for wrong in ({"count": 1}, {**GOLDEN, "told": [{"params": {"fast": 5}, "value": math.nan}]}):
        with pytest.raises(ApplicationError) as caught:
            ActivityEnvironment().run(suggest_parameters, wrong)
        assert caught.value.type == "InvalidInputError" and caught.value.non_retryable


def test_the_command_answers_line_by_line():
    lines = f"{json.dumps(GOLDEN)}\n{{}}\n{json.dumps(GOLDEN)}\n"
    done = subprocess.run([sys.executable, "-m", "finsight_ml", "suggest"], input=lines, capture_output=True, text=True, cwd=ML, check=True)
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first == third and len(first["params"]) == 8 and "space" in second["error"]
