"""A trained module as an ONNX file, and the proof that both answer alike."""

import contextlib
import io
import logging
import math
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

OPSET = 20


def export_module(model: nn.Module, example: torch.Tensor, *, outputs: list[str]) -> bytes:
    """The file of a module on the processor, in evaluation; `example` [n, look_back, features]."""
    if len(example) == 1:
        example = example.repeat(2, 1, 1)
    with tempfile.TemporaryDirectory() as directory, quiet():
        path = Path(directory) / "model.onnx"
        torch.onnx.export(
            model,
            (example.contiguous(),),
            str(path),
            dynamo=True,
            opset_version=OPSET,
            input_names=["features"],
            output_names=outputs,
            dynamic_shapes={"features": {0: torch.export.Dim("batch")}},
            external_data=False,
        )
        return stripped(path.read_bytes())


def parity(data: bytes, windows: np.ndarray, path: np.ndarray, *, main: int) -> float:
    """Largest absolute difference between what the file answers and `path`, and of its `target` to the mean at `main`."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    target, served = session.run(["target", "path"], {"features": windows})
    if target.shape != path.shape[:1] or served.shape != path.shape:
        return math.inf
    differences = [np.abs(served - path), np.abs(target - path[:, main, 0])]
    largest = max(float(each.max()) for each in differences)
    return largest if math.isfinite(largest) else math.inf


def stripped(data: bytes) -> bytes:
    """Without the exporter's stack traces: they hold paths, and equal weights must give equal bytes."""
    file = onnx.load_from_string(data)
    file.doc_string = ""
    del file.metadata_props[:]
    graphs = [file.graph, *file.functions]
    for graph in graphs:
        graph.doc_string = ""
        del graph.metadata_props[:]
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
    for value in [*file.graph.value_info, *file.graph.input, *file.graph.output, *file.graph.initializer]:
        del value.metadata_props[:]
    return file.SerializeToString(deterministic=True)


@contextlib.contextmanager
def quiet():
    """The exporter talks to stdout, which belongs to the answer."""
    level = logging.getLogger().level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
    logging.getLogger().setLevel(level)
