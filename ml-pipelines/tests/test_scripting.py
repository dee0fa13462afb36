import numpy as np
import pytest
import torch
from made import request

from finsight_ml.inference.running import ModelFault, Settings, Version, open_version
from finsight_ml.inference.signature import signature_of_script
from finsight_ml.models import MODELS
from finsight_ml.models.check import made_job
from finsight_ml.objects import FileObjects
from finsight_ml.scripting import script_file, script_parity
from finsight_ml.training import train


@pytest.fixture(scope="module")
def made():
    job = made_job("dlinear")
    model = MODELS["dlinear"](job)
    onnx = model.export()
    return onnx, script_file(model.script(), onnx), job.matrix.windows(job.validation_rows[:9]).numpy()


def test_a_training_stores_a_script_that_answers_like_its_onnx_file(tmp_path):
    objects = FileObjects(f"file:{tmp_path}")
    result = train(request(objects, kind="patchtst"), objects)
    script, onnx = objects.get(result.torchscript), objects.get(result.onnx)
    assert signature_of_script(script)["onnxSha256"] == result.onnx.sha256
    # Neither paths of the source nor the window it was traced with.
    assert b"/finsight_ml/" not in onnx
    assert str(tmp_path).encode() not in script and b"debug_pkl" not in script and b"traced_inputs" not in script
    assert result.notes == []


def test_models_of_no_network_have_no_script(tmp_path):
    objects = FileObjects(f"file:{tmp_path}")
    result = train(request(objects, kind="lightgbm", params={}), objects)
    assert result.torchscript is None


def test_a_script_takes_any_batch_and_differs_where_its_weights_do(made):
    onnx, script, windows = made
    assert script_parity(script, onnx, windows) <= 1e-5
    assert script_parity(script, onnx, windows[:1]) <= 1e-5
    other = MODELS["dlinear"](job := made_job("dlinear"))
    with torch.no_grad():
        other.forecaster.constants += 1
    assert script_parity(script_file(other.script(), onnx), onnx, job.matrix.windows(job.validation_rows[:2]).numpy()) > 0.5


def version(onnx: bytes, file: bytes, kind: str) -> Version:
    import hashlib

    digest = hashlib.sha256
    return Version("m", "1", digest(onnx).hexdigest(), kind, digest(file).hexdigest())


def test_both_files_are_opened_and_answer_alike(made):
    onnx, script, windows = made
    settings = Settings()
    one, other = open_version(version(onnx, onnx, "onnx"), onnx, settings), open_version(version(onnx, script, "torchscript"), script, settings)
    assert one.runner.signature["inputs"] == other.runner.signature["inputs"] == [{"name": "features", "type": "float32", "dims": [-1, 48, 3]}]
    given = {"features": windows}
    for name, value in one.run(given).items():
        assert np.abs(other.run(given)[name] - value).max() <= 1e-5


def test_what_cannot_be_opened_is_named(made):
    onnx, script, _ = made
    cases = [
        (version(onnx, onnx, "onnx"), script, "was changed: sha256"),
        (version(onnx[:50], onnx[:50], "onnx"), onnx[:50], "m@1 is no usable ONNX file"),
        (version(onnx, script[:999], "torchscript"), script[:999], "m@1 is no usable TorchScript file"),
        (version(script, script, "torchscript"), script, "belongs to the ONNX file"),
        (version(onnx, onnx, "pickle"), onnx, 'kind "pickle"; known: onnx, torchscript'),
    ]
    for wanted, data, message in cases:
        with pytest.raises(ModelFault, match=message):
            open_version(wanted, data, Settings())


def test_a_script_that_states_nothing_is_refused(made):
    import io

    onnx, _, _ = made
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 1), torch.zeros(1, 2)), file)
    with pytest.raises(ModelFault, match="states no inputs and outputs"):
        open_version(version(onnx, file.getvalue(), "torchscript"), file.getvalue(), Settings())
