import json

import pytest

from finsight_ml.series import peer


def test_our_loop_stands_beside_a_plain_trainer_in_one_run(capsys, monkeypatch):
    pytest.importorskip("accelerate")
    for name, value in {"LOOK_BACK": 48, "HORIZON": 8, "BATCH": 8, "COLUMNS": 2, "SPLIT": (200, 60, 60)}.items():
        monkeypatch.setattr(peer, name, value)
    assert peer.main(["--steps", "2", "--rounds", "1"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert min(told[name]["samplesPerSecond"] for name in ("trainer", "trainerOurNetwork", "ours")) > 0
    assert told["ratioToTrainer"] > 0 and 0 < told["ours"]["shareOfPeak"] < 1
