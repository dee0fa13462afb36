"""The handler within an archive of TorchServe: one version, loaded with its worker and checked against its digest.

`finsight.json` beside it says which version it is. A frame in, a frame out (frames.py); {"describe": true} in the header asks for
inputs and outputs. A file that cannot be used is told to whoever asks: a worker that fails would be started over and over."""

import json
import os
from pathlib import Path

import numpy as np

from finsight_ml.inference import frames
from finsight_ml.inference.running import TORCHSCRIPT, InputFault, ModelFault, Opened, Settings, Version, open_version

DESCRIPTION = "finsight.json"
BINARY, TEXT = "application/octet-stream", "application/json"


class FinsightHandler:
    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.fault = "the version is not loaded"

    def initialize(self, context) -> None:
        directory = Path(context.system_properties["model_dir"])
        told = json.loads((directory / DESCRIPTION).read_text())
        version = Version(**{name: told[name] for name in ("name", "version", "sha256", "kind", "file_sha256")})
        gpu = context.system_properties.get("gpu_id")
        device = "cpu" if gpu is None or int(gpu) < 0 else f"cuda:{gpu}"
        settings = Settings(threads=int(os.environ.get("OMP_NUM_THREADS", "1")), device=device)
        try:
            self.opened = open_version(version, (directory / told["file"]).read_bytes(), settings)
        except ModelFault as error:
            self.fault = str(error)

    def handle(self, data: list[dict], context) -> list[bytes]:
        """One answer for each request of a batch that TorchServe gathered."""
        answers = self.answers([bytearray(each.get("body") or each.get("data") or b"") for each in data])
        for place, (status, kind, _) in enumerate(answers):
            context.set_response_content_type(place, kind)
            if status != 200:
                context.set_response_status(code=status, phrase="refused", idx=place)
        return [answer for _, _, answer in answers]

    def answers(self, bodies: list[bytearray]) -> list[tuple[int, str, bytes]]:
        if self.opened is None:
            return [(422, TEXT, refused("model", self.fault))] * len(bodies)
        found: list[tuple[int, str, bytes] | None] = [None] * len(bodies)
        asked: dict[int, dict[str, np.ndarray]] = {}
        for place, body in enumerate(bodies):
            try:
                header, inputs = frames.decode(body)
            except frames.FrameError as error:
                found[place] = (400, TEXT, refused("input", str(error)))
                continue
            if header.get("describe"):
                found[place] = (200, TEXT, json.dumps(self.opened.describe()).encode())
            else:
                asked[place] = inputs
        for places in self.together(asked):
            for place, answer in zip(places, self.computed([asked[each] for each in places]), strict=True):
                found[place] = answer
        return found

    def together(self, asked: dict[int, dict[str, np.ndarray]]) -> list[list[int]]:
        """Requests whose rows may be computed as one batch: of one shape, and of a TorchScript file; quantised ONNX files scale
        by all that is computed with a row, and its answer must not depend on its neighbours."""
        if self.opened.version.kind != TORCHSCRIPT:
            return [[place] for place in asked]
        alike: dict[tuple, list[int]] = {}
        for place, inputs in asked.items():
            rows = {value.shape[:1] for value in inputs.values()}
            shape = tuple((name, value.dtype.name, value.shape[1:]) for name, value in sorted(inputs.items()))
            key = shape if len(rows) == 1 and () not in rows else (place,)
            alike.setdefault(key, []).append(place)
        return list(alike.values())

    def computed(self, batch: list[dict[str, np.ndarray]]) -> list[tuple[int, str, bytes]]:
        if len(batch) == 1:
            return [self.alone(batch[0])]
        joined = {name: np.concatenate([each[name] for each in batch]) for name in batch[0]}
        sizes = [len(next(iter(each.values()))) for each in batch]
        try:
            outputs = self.opened.run(joined)
            if any(len(value) != sum(sizes) for value in outputs.values()):
                raise InputFault("the rows of the answers are not those of the requests")
        except InputFault:
            # One of them is at fault: each is told for itself.
            return [self.alone(each) for each in batch]
        ends = np.cumsum(sizes)[:-1]
        parts = {name: np.split(value, ends) for name, value in outputs.items()}
        return [self.answered({name: part[place] for name, part in parts.items()}) for place in range(len(batch))]

    def alone(self, inputs: dict[str, np.ndarray]) -> tuple[int, str, bytes]:
        try:
            return self.answered(self.opened.run(inputs))
        except (InputFault, frames.FrameError) as error:
            return 400, TEXT, refused("input", str(error))

    def answered(self, outputs: dict[str, np.ndarray]) -> tuple[int, str, bytes]:
        version = self.opened.version
        identity = {"name": version.name, "version": version.version, "sha256": version.sha256, "fileSha256": version.file_sha256}
        return 200, BINARY, frames.encode(identity, outputs)


def refused(kind: str, message: str) -> bytes:
    return json.dumps({"error": message, "kind": kind}).encode()
