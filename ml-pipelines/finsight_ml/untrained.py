"""A network as it is before it has learned anything, as the ONNX file that would be served: for timings of serving.

`python -m finsight_ml.untrained <file.onnx> <kind> <look_back> <channels> <horizons> <quantiles>` prints one JSON line.
"""

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path

import torch

from .export import export_module
from .models.forecaster import Forecaster, Served
from .models.network import Task


def untrained(kind: str, *, look_back: int, channels: int, horizons: int, quantiles: int) -> bytes:
    """Seeded weights; inputs are taken as they are and the forecast that knows nothing is 0."""
    torch.manual_seed(1)
    network = import_module(f".models.{kind}", __package__)
    task = Task(look_back=look_back, channels=channels, steps=horizons, outputs=quantiles + 1)
    forecaster = Forecaster(
        network.build(task, dict(network.DEFAULTS)),
        mean=torch.zeros(channels),
        deviation=torch.ones(channels),
        constants=torch.zeros(horizons, quantiles + 1),
    )
    example = torch.randn(2, look_back, channels)
    return export_module(Served(forecaster.eval(), 0).eval(), example, outputs=["target", "path"])


def main(words: list[str]) -> None:
    file, kind, *sizes = words
    look_back, channels, horizons, quantiles = (int(size) for size in sizes)
    data = untrained(kind, look_back=look_back, channels=channels, horizons=horizons, quantiles=quantiles)
    Path(file).write_bytes(data)
    print(json.dumps({"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}))


if __name__ == "__main__":
    main(sys.argv[1:])
