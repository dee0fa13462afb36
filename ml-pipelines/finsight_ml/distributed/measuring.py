"""How training scales with processes on this machine: `python -m finsight_ml.distributed.measuring`, for `npm run bench -- distributed`.

The same training in all layouts by turns, a few times; rows a second are those of its epochs, without starting and exporting.
The last line on stdout is the figures as one JSON object."""

import argparse
import io
import json
import os
import statistics
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from ..contracts import TrainRequest, TrainResult
from ..machine import cores
from ..objects import FileObjects
from ..training import train

LOOK_BACK, FEATURES, BATCH = 96, 12, 256
QUANTILES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", default="1,2,4", help="layouts, the first of which the others are held against")
    parser.add_argument("--rows", type=int, default=12_000, help="training windows")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(words)
    counts = [int(each) for each in options.processes.split(",")]
    # One process is measured with one thread, as each of several has, and with all cores, which is what they replace.
    layouts = [(count, max(1, min(count, cores()))) for count in counts] + ([(1, cores())] if cores() > 1 else [])
    found: dict[tuple[int, int], list[tuple[TrainResult, float]]] = {layout: [] for layout in layouts}
    with tempfile.TemporaryDirectory(prefix="finsight-bench-") as directory:
        objects = FileObjects(f"file:{directory}")
        data = table(options.rows)
        for turn in range(options.repeats):
            for place, layout in enumerate(layouts):
                os.environ["OMP_NUM_THREADS"] = str(layout[1])
                began = time.monotonic()
                result = train(asked(objects, data, layout[0], options, f"{turn:02x}{place:02x}" * 16), objects)
                found[layout].append((result, time.monotonic() - began))
                print(f"turn {turn + 1}: {layout[0]} processes, {layout[1]} threads in all: {result.rows_per_second:.0f} rows/s", file=sys.stderr, flush=True)
    one = statistics.median(result.rows_per_second for result, _ in found[layouts[0]])
    print(
        json.dumps(
            {
                "cores": cores(),
                **{name: getattr(options, name) for name in ("rows", "epochs", "repeats")},
                "model": f"patchtst, its defaults; look-back {LOOK_BACK}, {FEATURES} features, {len(QUANTILES)} quantiles, batch {BATCH}",
                "layouts": [figures(layout, runs, one / layouts[0][0]) for layout, runs in found.items()],
            }
        )
    )


def figures(layout: tuple[int, int], runs: list[tuple[TrainResult, float]], one: float) -> dict:
    """Medians of a layout's runs; efficiency is its rows a second by those of so many single processes with one thread."""
    count, threads = layout
    speeds = [result.rows_per_second or 0.0 for result, _ in runs]
    epochs = [sum(each.seconds for each in result.epochs) for result, _ in runs]
    last = runs[-1][0].distributed
    assert last is not None
    waits = [rank.reducing_seconds for result, _ in runs for rank in result.distributed.ranks if rank.reducing_seconds is not None]
    return {
        "processes": count,
        "threadsPerProcess": last.threads,
        "rowsPerSecond": round(statistics.median(speeds), 1),
        "allRowsPerSecond": [round(each, 1) for each in speeds],
        "speedUp": round(statistics.median(speeds) / one, 3),
        "efficiency": round(statistics.median(speeds) / one / max(count, threads), 3),
        "secondsPerEpoch": round(statistics.median(result.distributed.seconds_per_epoch for result, _ in runs), 3),
        "reducingShare": round(statistics.median(waits) / statistics.median(epochs), 3) if waits else None,
        "peakBytesPerProcess": max(rank.peak_memory_bytes for rank in last.ranks),
        # Starting, exporting and ending: what a short training pays for its processes.
        "overheadSeconds": round(statistics.median(whole - part for (_, whole), part in zip(runs, epochs, strict=True)), 1),
    }


def asked(objects: FileObjects, data: bytes, processes: int, options: argparse.Namespace, spec: str) -> TrainRequest:
    ref = objects.put("datasets/bench.parquet", data)
    training = {"maxEpochs": options.epochs, "patience": options.epochs, "batchSize": BATCH, "learningRate": 0.001, "seed": 1}
    return TrainRequest.model_validate(
        {
            "kind": "patchtst",
            "name": "bench",
            "specSha256": spec,
            "dataset": {
                "object": ref.model_dump(by_alias=True),
                "rows": rows_of(options.rows),
                "streams": ["binance/BTC-USDT/1h"],
                "features": names(),
                "featureVersion": "bench",
                "lookBack": LOOK_BACK,
                "horizonBars": 1,
                "horizons": [1],
            },
            "params": {},
            "training": {
                **training,
                "precision": "float32",
                "gradientClip": 1.0,
                "compile": False,
                "quantiles": QUANTILES,
                "distributed": {"engine": "torchrun", "processes": processes},
            },
        }
    )


def names() -> list[str]:
    return [f"f{number}" for number in range(FEATURES)]


def rows_of(windows: int) -> int:
    return LOOK_BACK + windows + windows // 5


def table(windows: int) -> bytes:
    """Noise whose target follows the first feature: speed does not depend on what is learned."""
    random = np.random.default_rng(7)
    rows = rows_of(windows)
    values = {name: random.normal(size=rows).astype(np.float32) for name in names()}
    split = np.full(rows, -1, dtype=np.int32)
    split[LOOK_BACK : LOOK_BACK + windows], split[LOOK_BACK + windows :] = 0, 1
    target = 0.5 * values["f0"].astype(np.float64) + random.normal(size=rows)
    columns = {"time": np.arange(rows), "stream": np.zeros(rows, np.int32), "split": split, "target": target, **values}
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
