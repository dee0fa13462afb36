import json

import numpy as np
import pytest
from made import ROWS, request, table

from finsight_ml.__main__ import main
from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.objects import FileObjects
from finsight_ml.training import train


@pytest.fixture
def objects(tmp_path):
    return FileObjects(f"file:{tmp_path}")


def test_training_learns_exports_and_proves_parity(objects):
    result = train(request(objects), objects)
    assert result.parity_max_abs <= 1e-5
    assert result.epochs[-1].validation_loss < result.epochs[0].validation_loss
    assert objects.get(result.onnx)
    assert b"/finsight_ml/" not in objects.get(result.onnx)


def test_an_interrupted_run_ends_with_the_same_file_as_an_undisturbed_one(objects, tmp_path):
    calm = train(request(objects), objects)
    other = FileObjects(f"file:{tmp_path}/other")

    def killed(detail):
        if detail["epoch"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(request(other), other, killed)
    epochs = []
    resumed = train(request(other), other, lambda detail: epochs.append(detail["epoch"]))
    assert set(epochs) == {3}
    assert resumed.onnx.sha256 == calm.onnx.sha256


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"kind": "oracle"}, InvalidInputError, 'Unknown model "oracle"; known: patchtst'),
        ({"params": {"wings": 2}}, InvalidInputError, "Unknown parameter"),
    ],
)
def test_wrong_requests_name_the_offender(objects, changes, error, message):
    with pytest.raises(error, match=message):
        train(request(objects, **changes), objects)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": np.full(ROWS, np.nan, np.float32)}, "not finite"),
        ({"split": np.full(ROWS, -1, np.int32)}, "no training sample"),
        ({"split": np.where(np.arange(ROWS) < 50, -1, 0).astype(np.int32)}, "no validation sample"),
        ({"split": np.zeros(ROWS, np.int32)}, "fewer than 32 rows before it"),
    ],
)
def test_bad_data_is_refused_with_the_reason(objects, columns, message):
    with pytest.raises(DataQualityError, match=message):
        train(request(objects, data=table(**columns)), objects)


def test_a_changed_object_is_named(objects):
    made = request(objects)
    objects.path(made.dataset.object.key).write_bytes(b"other")
    with pytest.raises(DataQualityError, match="datasets/made.parquet was changed"):
        train(made, objects)


def test_keys_cannot_leave_the_store_and_other_stores_are_named(objects):
    with pytest.raises(InvalidInputError, match="leaves the store"):
        objects.path("../x")
    with pytest.raises(InvalidInputError, match="OBJECTS_URL"):
        FileObjects("ftp://x")


def test_the_command_prints_the_result_as_one_json_line(objects, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    path = tmp_path / "request.json"
    path.write_text(request(objects).model_dump_json(by_alias=True))
    assert main(["train", str(path)]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["mlflowRunId"]
    assert main(["fly"]) == 2
