"""A trained network as ONNX files, float32 and int8, and the gates that they pass."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from ..errors import DataQualityError
from ..export import OPSET, quiet, stripped
from .encoding import Encoded
from .figures import Calibration
from .network import SentimentNet

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Largest difference of probabilities between PyTorch and onnxruntime.
PARITY_LIMIT = 1e-4
INT8_BYTES = 25_000_000
# Shares of texts on which int8 must answer like float32, and by which its accuracy may be lower.
AGREEMENT = 0.97
ACCURACY_LOSS = 0.01
SIZE = 64
# Texts that a served file computes together.
ALONE = 1


class Served(nn.Module):
    """Probabilities in the order of LABELS: calibration and softmax belong to the graph."""

    def __init__(self, network: SentimentNet, calibration: Calibration) -> None:
        super().__init__()
        self.network = network
        self.calibration = calibration

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        logits = self.network(input_ids, attention_mask, token_type_ids)
        if not self.network.has_types:
            # An input that no node reads would leave the graph.
            logits = logits + 0.0 * token_type_ids.sum(dim=1, keepdim=True).to(logits.dtype)
        if self.calibration.power != 1.0:
            centred = logits - logits.mean(dim=1, keepdim=True)
            logits = torch.sign(centred) * torch.abs(centred) ** self.calibration.power
        return torch.softmax(logits / self.calibration.temperature, dim=1)


@dataclass(frozen=True)
class Exported:
    float32: bytes
    int8: bytes
    # Figures of the gates, as the card tells them.
    gates: dict[str, float]


def export(network: SentimentNet, *, calibration: Calibration, held_out: Encoded, gated: bool = True) -> Exported:
    """Both files. Raises DataQualityError where `gated` and a gate is not passed on the held-out rows."""
    served = Served(network.cpu().float().eval(), calibration).eval()
    single = to_onnx(served, held_out)
    small = to_int8(single)
    expected = answers_of_torch(served, held_out)
    whole, quick = answers_of(single, held_out), answers_of(small, held_out)
    right = held_out.labels
    gates = {
        "parityMaxAbs": float(np.abs(whole - expected).max()),
        "agreement": float((whole.argmax(axis=1) == quick.argmax(axis=1)).mean()),
        "accuracyLoss": float((whole.argmax(axis=1) == right).mean() - (quick.argmax(axis=1) == right).mean()),
        "largestShift": float(np.abs(whole - quick).max()),
        "rows": len(held_out),
        "float32Bytes": len(single),
        "int8Bytes": len(small),
    }
    if gated:
        check(gates)
    return Exported(single, small, gates)


def check(gates: dict[str, float]) -> None:
    """Raises DataQualityError that names the first gate not passed."""
    if not gates["parityMaxAbs"] <= PARITY_LIMIT:
        raise DataQualityError(f"The ONNX file differs from PyTorch by {gates['parityMaxAbs']}; allowed {PARITY_LIMIT}")
    if not gates["agreement"] >= AGREEMENT:
        raise DataQualityError(f"int8 answers like float32 on {gates['agreement']:.4f} of held-out texts; needed {AGREEMENT}")
    if not gates["accuracyLoss"] <= ACCURACY_LOSS:
        raise DataQualityError(f"int8 loses {gates['accuracyLoss']:.4f} of accuracy; allowed {ACCURACY_LOSS}")


def to_onnx(served: Served, rows: Encoded) -> bytes:
    example = rows.batch(np.arange(min(4, len(rows))))
    dimensions = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}
    served.network.encoder.set_attn_implementation("eager")
    with tempfile.TemporaryDirectory() as directory, quiet():
        path = Path(directory) / "model.onnx"
        torch.onnx.export(
            served,
            tuple(example[name] for name in INPUTS),
            str(path),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=["probabilities"],
            dynamic_shapes={name: dimensions for name in INPUTS},
            external_data=False,
        )
        return stripped(path.read_bytes())


def to_int8(single: bytes) -> bytes:
    """Weights of products and embeddings as 8-bit numbers by channel; activations are quantised as they come."""
    with tempfile.TemporaryDirectory() as directory, quiet():
        source, path = Path(directory) / "float32.onnx", Path(directory) / "int8.onnx"
        source.write_bytes(single)
        quantize_dynamic(
            str(source),
            str(path),
            per_channel=True,
            # Processors without VNNI overflow on 8-bit products of full range.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": 1},
        )
        return stripped(path.read_bytes())


def answers_of(file: bytes, rows: Encoded) -> np.ndarray:
    """Probabilities of encoded texts by an ONNX file, each computed alone: int8 activations are scaled by all that is
    computed with them, and a score must not depend on its neighbours."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, torch.get_num_threads())
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def answer(part: np.ndarray) -> np.ndarray:
        (found,) = session.run(["probabilities"], {name: value.numpy() for name, value in rows.batch(part).items()})
        return found

    return in_parts(rows, answer, size=ALONE)


@torch.no_grad()
def answers_of_torch(served: Served, rows: Encoded) -> np.ndarray:
    return in_parts(rows, lambda part: served(**rows.batch(part)).numpy())


def in_parts(rows: Encoded, answer, *, size: int = SIZE) -> np.ndarray:
    order = np.argsort(rows.lengths, kind="stable")
    found = np.zeros((len(rows), 3), dtype=np.float32)
    for at in range(0, len(order), size):
        part = order[at : at + size]
        found[part] = answer(part)
    return found


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
