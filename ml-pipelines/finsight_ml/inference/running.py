"""A model version in memory: its file is checked, opened and run."""

import hashlib
import io
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from .signature import signature_of_script, signature_of_session

ONNX, TORCHSCRIPT = "onnx", "torchscript"


class ModelFault(Exception):
    """The file is corrupt, changed, or of no use here. Says which model and why."""


class InputFault(Exception):
    """The model refuses what it was given."""


@dataclass(frozen=True)
class Version:
    """What is to be opened. `sha256` is that of the version's ONNX file, by which it is known; `file_sha256` that of the file
    which is run, the same one or the TorchScript file beside it."""

    name: str
    version: str
    sha256: str
    kind: str
    file_sha256: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Settings:
    threads: int = 1
    device: str = "cpu"


class Runner(Protocol):
    signature: dict
    platform: str
    provider: str

    def run(self, inputs: list[np.ndarray]) -> list[np.ndarray]: ...


@dataclass
class Opened:
    """A version that is ready."""

    version: Version
    runner: Runner
    seconds: float = field(default=0.0)
    batches: int = field(default=0)

    def describe(self) -> dict:
        return {
            "name": self.version.name,
            "version": self.version.version,
            "sha256": self.version.sha256,
            "fileSha256": self.version.file_sha256,
            "platform": self.runner.platform,
            "provider": self.runner.provider,
            **{side: self.runner.signature[side] for side in ("inputs", "outputs")},
        }

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Raises InputFault."""
        ordered = []
        for port in self.runner.signature["inputs"]:
            if port["name"] not in inputs:
                raise InputFault(f'Model {self.version} wants the input "{port["name"]}"; given: {", ".join(inputs)}')
            ordered.append(inputs[port["name"]])
        try:
            outputs = self.runner.run(ordered)
        except Exception as error:
            if is_fault_of_machine(error):
                raise
            raise InputFault(f"Model {self.version} refuses its input: {first_line(error)}") from error
        names = [port["name"] for port in self.runner.signature["outputs"]]
        if len(names) != len(outputs):
            raise InputFault(f"Model {self.version} gives {len(outputs)} outputs; its signature names {len(names)}")
        return dict(zip(names, outputs, strict=True))


def open_version(version: Version, data: bytes, settings: Settings) -> Opened:
    """Raises ModelFault."""
    found = hashlib.sha256(data).hexdigest()
    if found != version.file_sha256:
        raise ModelFault(f"The file of model {version} was changed: sha256 {found}, recorded was {version.file_sha256}")
    try:
        if version.kind == ONNX:
            return Opened(version, OnnxRunner(data, settings))
        if version.kind == TORCHSCRIPT:
            return Opened(version, ScriptRunner(version, data, settings))
    except ModelFault:
        raise
    except Exception as error:
        what = {ONNX: "ONNX", TORCHSCRIPT: "TorchScript"}[version.kind]
        raise ModelFault(f"Model {version} is no usable {what} file: {first_line(error)}") from error
    raise ModelFault(f'Model {version} is of the kind "{version.kind}"; known: {ONNX}, {TORCHSCRIPT}')


class OnnxRunner:
    def __init__(self, data: bytes, settings: Settings) -> None:
        import onnxruntime

        onnxruntime.set_default_logger_severity(4)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = settings.threads, 1
        options.log_severity_level = 4
        # Threads that wait by spinning take the processor from everything else here.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = ["CPUExecutionProvider"]
        if settings.device.startswith("cuda") and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
            wanted.insert(0, "CUDAExecutionProvider")
        self.session = onnxruntime.InferenceSession(data, options, providers=wanted)
        self.signature = signature_of_session(self.session)
        self.names = [each["name"] for each in self.signature["inputs"]]
        self.platform = f"onnxruntime {onnxruntime.__version__}"
        used = self.session.get_providers()[0].removesuffix("ExecutionProvider").lower()
        self.provider = used if settings.device.startswith(used) else f"{used}: {settings.device} cannot be used by onnxruntime here"

    def run(self, inputs: list[np.ndarray]) -> list[np.ndarray]:
        return self.session.run(None, dict(zip(self.names, inputs, strict=True)))


class ScriptRunner:
    def __init__(self, version: Version, data: bytes, settings: Settings) -> None:
        try:
            signature = signature_of_script(data)
        except (zipfile.BadZipFile, ValueError) as error:
            raise ModelFault(f"Model {version} is no usable TorchScript file: {first_line(error)}") from error
        if signature is None:
            raise ModelFault(f"The TorchScript file of model {version} states no inputs and outputs: it was not made by training")
        belongs = signature.get("onnxSha256")
        if belongs != version.sha256:
            raise ModelFault(f"The TorchScript file of model {version} belongs to the ONNX file {belongs}, not to {version.sha256}")
        import torch

        torch.set_num_threads(settings.threads)
        on_gpu = settings.device.startswith("cuda") and torch.cuda.is_available()
        self.torch, self.device = torch, settings.device if on_gpu else "cpu"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.module = torch.jit.load(io.BytesIO(data), map_location=self.device).eval()
        self.signature = signature
        self.warm()
        self.platform = f"pytorch {torch.__version__} (TorchScript)"
        self.provider = self.device if self.device == settings.device else f"cpu: {settings.device} cannot be used by PyTorch here"

    def warm(self) -> None:
        """The first runs of a graph, and of another batch size, are watched and optimised."""
        for rows in (2, 2, 1):
            shapes = [[rows if size < 0 else size for size in port["dims"]] for port in self.signature["inputs"]]
            types = [port["type"] for port in self.signature["inputs"]]
            self.run([np.zeros(shape, dtype=kind) for shape, kind in zip(shapes, types, strict=True)])

    def run(self, inputs: list[np.ndarray]) -> list[np.ndarray]:
        with self.torch.inference_mode():
            # PyTorch warns of memory that is not to be written to.
            given = [each if each.flags.writeable else each.copy() for each in inputs]
            answer = self.module(*[self.torch.from_numpy(each).to(self.device) for each in given])
            return [each.cpu().numpy() for each in (answer if isinstance(answer, tuple | list) else [answer])]


def is_fault_of_machine(error: Exception) -> bool:
    """What is no fault of the input, so that another try may do."""
    text = str(error)
    return isinstance(error, MemoryError) or "out of memory" in text or "CUDA error" in text or "can't allocate" in text


def first_line(error: BaseException) -> str:
    """Errors of PyTorch go on for pages; the last line says what was wrong."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    picked = lines[-1] if len(lines) > 1 and lines[0].startswith("The following operation failed") else (lines or [""])[0]
    return picked.strip()[:300]
