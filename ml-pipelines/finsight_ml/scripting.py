"""A trained module as a TorchScript file, for servers that run PyTorch, and the proof that it answers like the ONNX file.

PyTorch 2.15 marks `torch.jit` as deprecated and still traces, saves and loads; what it would have in its place, a program of
`torch.export`, is compiled anew by each process that loads it."""

import contextlib
import hashlib
import io
import json
import math
import warnings

import numpy as np
import onnxruntime
import torch
from torch import nn

from .inference.signature import SIGNATURE, signature_of_onnx

# Stack traces with paths of the source.
LEFT_OUT = (".debug_pkl",)
# The example, and what the writer adds by itself: the version and an id, which is a digest of the content.
LEFT_TO_WRITER = ("traced_inputs", "version", ".data/")


def traced_module(model: nn.Module, example: torch.Tensor) -> torch.jit.ScriptModule:
    """A module on the processor, in evaluation; `example` [n, look_back, features]. Any batch size goes in.

    Raises RuntimeError where it cannot be traced."""
    if len(example) == 1:
        example = example.repeat(2, 1, 1)
    with silent(), torch.no_grad():
        return torch.jit.trace(model, (example.contiguous(),), check_trace=False)


def script_file(traced: torch.jit.ScriptModule, onnx: bytes) -> bytes:
    """The file of a traced module. It states inputs, outputs and the digest of the ONNX file that it belongs to.

    Classes of one name are numbered through the life of a process, so only its first file of some weights always has the
    same bytes."""
    signature = {**signature_of_onnx(onnx), "onnxSha256": hashlib.sha256(onnx).hexdigest()}
    written = io.BytesIO()
    with silent():
        torch.jit.save(traced, written, _extra_files={SIGNATURE: json.dumps(signature)})
    return stripped(written.getvalue())


def script_parity(script: bytes, onnx: bytes, windows: np.ndarray) -> float:
    """Largest absolute difference between both files on `windows`, together and the first one alone."""
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    with silent():
        module = torch.jit.load(io.BytesIO(script), map_location="cpu")
    largest = 0.0
    for part in (windows, windows[:1]):
        wanted = session.run(["target", "path"], {"features": part})
        with torch.no_grad():
            given = [each.numpy() for each in module(torch.from_numpy(part))]
        if [each.shape for each in given] != [each.shape for each in wanted]:
            return math.inf
        largest = max(largest, *(float(np.abs(one - other).max()) for one, other in zip(given, wanted, strict=True)))
    return largest if math.isfinite(largest) else math.inf


def stripped(data: bytes) -> bytes:
    """Without the exporter's stack traces, which hold paths, and without its example, which is data."""
    source, kept = torch._C.PyTorchFileReader(io.BytesIO(data)), io.BytesIO()
    target = torch._C.PyTorchFileWriter(kept)
    for name in source.get_all_records():
        if not (name.endswith(LEFT_OUT) or name.startswith(LEFT_TO_WRITER)):
            record = source.get_record(name)
            target.write_record(name, record, len(record))
    target.write_end_of_file()
    return kept.getvalue()


@contextlib.contextmanager
def silent():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
