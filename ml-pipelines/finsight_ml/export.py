"""A trained module as an ONNX file, and the proof that both answer alike."""

import contextlib
import io
import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

OPSET = 20


def export_onnx(model: nn.Module, samples: torch.Tensor) -> tuple[bytes, float]:
    """The file's bytes and the largest absolute difference to PyTorch on `samples` [n, look_back, features]."""
    example = samples[: min(4, len(samples))].contiguous()
    if len(example) == 1:
        example = example.repeat(2, 1, 1)
    with tempfile.TemporaryDirectory() as directory, quiet():
        path = Path(directory) / "model.onnx"
        torch.onnx.export(
            model,
            (example,),
            str(path),
            dynamo=True,
            opset_version=OPSET,
            input_names=["features"],
            output_names=["target"],
            dynamic_shapes={"features": {0: torch.export.Dim("batch")}},
            external_data=False,
        )
        data = stripped(path.read_bytes())
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (served,) = session.run(None, {"features": samples.numpy()})
    with torch.no_grad():
        expected = model(samples).numpy()
    return data, float(np.abs(served - expected).max())


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
