import hashlib
import io
import json
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer

import numpy as np
import pyarrow.parquet as parquet
import pytest
from made import ROWS, request
from onnx import TensorProto, helper, numpy_helper
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from finsight_ml.errors import DataQualityError
from finsight_ml.inference import frames
from finsight_ml.inference.command import main
from finsight_ml.inference.contracts import InferenceRequest
from finsight_ml.inference.datasets import infer_dataset
from finsight_ml.inference.holding import Holding
from finsight_ml.inference.running import Settings
from finsight_ml.inference.server import Handler, Server
from finsight_ml.inference.torchserve_handler import FinsightHandler
from finsight_ml.inference.worker import infer_dataset as step
from finsight_ml.objects import FileObjects


def mean_model(scale: float = 1.0) -> bytes:
    """`features` [batch, 32, 3] → `target`: the mean of a window, times `scale`."""
    nodes = [helper.make_node("ReduceMean", ["features", "axes"], ["mean"], keepdims=0), helper.make_node("Mul", ["mean", "scale"], ["target"])]
    constants = [numpy_helper.from_array(np.array([1, 2]), "axes"), numpy_helper.from_array(np.array(scale, np.float32), "scale")]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 32, 3])],
        [helper.make_tensor_value_info("target", TensorProto.FLOAT, ["batch"])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_frames_come_back_as_they_were(dtype):
    tensors = {"a": np.arange(15).reshape(5, 3).astype(dtype), "é": np.zeros((0, 2), dtype)}
    header, back = frames.decode(bytearray(frames.encode({"name": "m"}, tensors)))
    assert header["name"] == "m"
    for name, value in tensors.items():
        assert back[name].dtype == value.dtype and back[name].tolist() == value.tolist()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "begins with the length"),
        (b"\xff\xff\xff\xff", "does not fit"),
        (b"\x02\x00\x00\x00{}", "cannot be read"),
        (frames.encode({}, {"a": np.zeros(4, np.float32)})[:-8], '"a" \\[4\\] needs 16 bytes; 8 are left'),
    ],
)
def test_what_is_no_frame_is_refused(data, message):
    with pytest.raises(frames.FrameError, match=message):
        frames.decode(data)


def test_tensors_of_other_types_are_refused():
    with pytest.raises(frames.FrameError, match='"a" is float64'):
        frames.encode({}, {"a": np.zeros(2)})


@pytest.fixture
def server():
    handler = type("Own", (Handler,), {"holding": Holding(Settings(), lanes=2, most=1), "key": "secret"})
    running = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def ask(server: ThreadingHTTPServer, method: str, path: str, data: bytes | None = None, key: str = "secret") -> tuple[int, bytes]:
    wanted = urllib.request.Request(
        f"http://127.0.0.1:{server.server_address[1]}{path}", method=method, data=data, headers={"authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(wanted, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def load(server: ThreadingHTTPServer, data: bytes, **changes: str) -> tuple[int, bytes]:
    query = {"name": "m", "version": "1", "kind": "onnx", "file": digest(data), **changes}
    return ask(server, "PUT", f"/models/{digest(data)}?" + "&".join(f"{name}={value}" for name, value in query.items() if value), data)


def test_the_server_loads_answers_and_lets_go(server):
    one, other = mean_model(), mean_model(2.0)
    status, said = load(server, one)
    assert status == 200 and json.loads(said)["inputs"] == [{"name": "features", "type": "float32", "dims": [-1, 32, 3]}]
    frame = frames.encode({"name": "m", "version": "1"}, {"features": np.ones((4, 32, 3), np.float32)})
    status, said = ask(server, "POST", f"/models/{digest(one)}/infer", frame)
    header, tensors = frames.decode(said)
    assert (status, header["sha256"], header["version"], tensors["target"].tolist()) == (200, digest(one), "1", [1.0] * 4)
    assert load(server, other)[0] == 200
    assert json.loads(ask(server, "GET", "/health")[1])["loaded"] == [digest(other)]
    assert ask(server, "POST", f"/models/{digest(one)}/infer", frame)[0] == 404
    assert ask(server, "DELETE", f"/models/{digest(other)}")[0] == 200
    assert ask(server, "GET", f"/models/{digest(other)}")[0] == 404


def test_the_server_says_what_it_refuses(server):
    data = mean_model()
    assert ask(server, "GET", "/health", key="other")[0] == 401
    assert load(server, data, file="0" * 64)[0] == 422
    assert load(server, data, kind="")[0] == 400
    assert load(server, data)[0] == 200
    infer = f"/models/{digest(data)}/infer"
    wrong = frames.encode({}, {"features": np.ones((4, 31, 3), np.float32)})
    for body, message in ((b"abc", "begins with the length"), (wrong, "refuses its input"), (frames.encode({}, {}), "wants the input")):
        status, said = ask(server, "POST", infer, body)
        assert status == 400 and message in json.loads(said)["error"]
    assert ask(server, "GET", "/nothing")[0] == 404
    assert json.loads(ask(server, "GET", "/health")[1])["failures"] == 2


def test_the_server_is_not_opened_to_others_without_a_key(tmp_path, capsys):
    short = tmp_path / "key"
    short.write_text("short")
    for arguments, message in (
        (["--host", "0.0.0.0"], "give a key with --key-file"),
        (["--key-file", str(short)], "at least 16 characters"),
        (["--key-file", str(tmp_path / "none")], "cannot be read"),
        (["--lanes", "0"], "--lanes is at least 1"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert message in capsys.readouterr().err


class Context:
    """What TorchServe hands to a handler."""

    def __init__(self, directory) -> None:
        self.system_properties = {"model_dir": str(directory), "gpu_id": None}
        self.status: dict[int, int] = {}

    def set_response_content_type(self, place: int, kind: str) -> None:
        pass

    def set_response_status(self, *, code: int, phrase: str, idx: int) -> None:
        self.status[idx] = code


def handler_of(tmp_path, data: bytes, **changes: str) -> tuple[FinsightHandler, Context]:
    (tmp_path / "model.onnx").write_bytes(data)
    told = {"name": "m", "version": "1", "sha256": digest(data), "kind": "onnx", "file_sha256": digest(data), "file": "model.onnx"}
    (tmp_path / "finsight.json").write_text(json.dumps({**told, **changes}))
    handler, context = FinsightHandler(), Context(tmp_path)
    handler.initialize(context)
    return handler, context


def test_the_handler_answers_each_request_of_a_batch(tmp_path):
    handler, context = handler_of(tmp_path, mean_model())
    bodies = [
        frames.encode({}, {"features": np.full((rows, 32, 3), rows, np.float32)}) for rows in (1, 2)
    ] + [b"no frame", frames.encode({"describe": True}, {})]
    answers = handler.handle([{"body": body} for body in bodies], context)
    assert [frames.decode(each)[1]["target"].tolist() for each in answers[:2]] == [[1.0], [2.0, 2.0]]
    assert context.status == {2: 400}
    assert json.loads(answers[3])["sha256"] == digest(mean_model())
    # As it does with TorchScript: rows of several requests at once.
    object.__setattr__(handler.opened.version, "kind", "torchscript")
    bodies[1] = frames.encode({}, {"features": np.full((2, 32, 3), 7, np.float32)})
    answers = handler.handle([{"data": body} for body in bodies], context)
    assert [frames.decode(each)[1]["target"].tolist() for each in answers[:2]] == [[1.0], [7.0, 7.0]]


def test_the_handler_tells_a_file_that_cannot_be_used(tmp_path):
    handler, context = handler_of(tmp_path, b"junk")
    (answer,) = handler.handle([{"body": frames.encode({"describe": True}, {})}], context)
    assert context.status == {0: 422} and "m@1 is no usable ONNX file" in json.loads(answer)["error"]


def inference(objects: FileObjects, data: bytes, **changes) -> InferenceRequest:
    dataset = request(objects).dataset
    model = objects.put("models/m.onnx", data)
    return InferenceRequest.model_validate(
        {
            "model": {"name": "m", "version": "1", "onnx": model, "torchscript": None},
            "dataset": dataset,
            "batchSize": 16,
            "key": "inferences/made.parquet",
            **changes,
        }
    )


def test_a_dataset_is_answered_sample_by_sample_and_taken_up_where_it_stood(tmp_path):
    objects = FileObjects(f"file:{tmp_path}")
    wanted = inference(objects, mean_model())

    def killed(detail):
        if detail["rows"] > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        infer_dataset(wanted, objects, killed, part_rows=64)
    resumed = infer_dataset(wanted, objects, part_rows=64)
    calm = infer_dataset(wanted.model_copy(update={"key": "inferences/calm.parquet"}), objects, part_rows=64)
    assert (resumed.resumed_at, calm.resumed_at) == (128, 0)
    assert resumed.answers.sha256 == calm.answers.sha256
    table = parquet.read_table(io.BytesIO(objects.get(resumed.answers)))
    rows, targets = table["row"].to_numpy(), table["target"].to_numpy()
    assert table.num_rows == resumed.rows < ROWS
    features = parquet.read_table(io.BytesIO(objects.get(wanted.dataset.object)), columns=["a", "b", "c"])
    window = np.stack([features[name].to_numpy()[rows[5] - 31 : rows[5] + 1] for name in ("a", "b", "c")])
    assert targets[5] == pytest.approx(window.mean(), abs=1e-6)
    assert not (tmp_path / "inferences/made.parquet.parts").exists()


def test_answers_that_are_not_finite_are_refused(tmp_path):
    objects = FileObjects(f"file:{tmp_path}")
    with pytest.raises(DataQualityError, match=r'm@1 answers what is not finite in "target", row 32 of the dataset'):
        infer_dataset(inference(objects, mean_model(float("nan"))), objects)


def test_the_step_answers_by_the_contract_and_its_faults_are_final(tmp_path, monkeypatch):
    monkeypatch.setenv("OBJECTS_URL", f"file:{tmp_path}")
    objects = FileObjects(f"file:{tmp_path}")
    payload = inference(objects, mean_model()).model_dump(by_alias=True)
    assert ActivityEnvironment().run(step, payload)["platform"].startswith("onnxruntime")
    for wrong, kind in (({}, "InvalidInputError"), ({**payload, "model": {**payload["model"], "onnx": {**payload["model"]["onnx"], "sha256": "0" * 64}}}, "DataQualityError")):
        with pytest.raises(ApplicationError) as raised:
            ActivityEnvironment().run(step, wrong)
        assert (raised.value.type, raised.value.non_retryable) == (kind, True)
