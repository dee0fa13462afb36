"""`python -m finsight_ml.series.peer`: our training loop beside a plain Hugging Face Trainer, in turns in one process.

Same model (PatchTST in series mode, 7 columns, look-back 512, horizon 96), same windows, same batch, same optimiser, clipped
alike. The Trainer runs once with transformers' own PatchTST and once with our network, which tells what of the difference
is the network's and what the loop's. Needs accelerate (the dev group).
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ..errors import InvalidInputError
from ..machine import threads
from .fitting import Fitting
from .marks import now, since
from .networks import network_of
from .reading import Series, read_series
from .spec import Spec, Training
from .times import Clock
from .trainer import Wrapped, transformers_network, with_trainer
from .windows import Windows, windows_of

SPLIT = (8640, 2880, 2880)
COLUMNS, LOOK_BACK, HORIZON, BATCH = 7, 512, 96, 128
PEAK_SIZE = 1024


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    torch.set_num_threads(threads())
    spec = Spec(
        data=options.data or Path("made"), time_column="date", columns=None, split=SPLIT, look_back=LOOK_BACK, horizon=HORIZON,
        model="patchtst", params={}, training=Training(batchSize=BATCH, gradientClip=1.0, precision="float32", device="cpu"), season=None, seed=1,
    )  # fmt: skip
    windows = windows_of(made() if options.data is None else read(spec), spec, torch.device("cpu"))
    print(json.dumps(compare(spec, windows, options)))
    return 0


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m finsight_ml.series.peer", description=__doc__)
    root.add_argument("--data", type=Path, help="ETTh1 (default: made values of its shape; the times are the same)")
    root.add_argument("--steps", type=int, default=8, help="steps of a round")
    root.add_argument("--rounds", type=int, default=5)
    root.add_argument("--compile", action="store_true", help="our loop with torch.compile too, which takes half a minute to begin")
    return root


def compare(spec: Spec, windows: Windows, options: argparse.Namespace) -> dict:
    steps, columns = options.steps, len(windows.rows)
    torch.manual_seed(1)
    network = network_of(spec, columns)
    runs = {
        "trainer": lambda: with_trainer(transformers_network(spec, columns), windows, spec, steps),
        "trainerOurNetwork": lambda: with_trainer(Wrapped(network_of(spec, columns)), windows, spec, steps),
        "ours": our_loop(spec, windows, steps),
    }
    if options.compile:
        runs["oursCompiled"] = our_loop(replace(spec, training=replace(spec.training, compile=True)), windows, steps)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    peaks = []
    for turn in range(options.rounds + 1):
        for name, run in runs.items():
            measured = run()
            # The first round warms all.
            if turn:
                took[name].append(measured)
        peaks.append(peak_flops())
    flops, peak = flops_of(network, windows), max(peaks)
    figures = {name: figures_of(times, steps, flops / peak) for name, times in took.items()}
    return {
        "model": "patchtst", "parameters": sum(each.numel() for each in network.parameters()), "lookBack": LOOK_BACK, "columns": columns,
        "batch": BATCH, "steps": steps, "rounds": options.rounds, "threads": torch.get_num_threads(), "peakGflops": peak / 1e9,
        "gflopsPerStep": flops / 1e9, **figures,
        "ratioToTrainer": ratio(took, "trainer", "ours"), "ratioToTrainerCpu": ratio(took, "trainer", "ours", of=1),
        "ratioSameNetwork": ratio(took, "trainerOurNetwork", "ours"), "ratioSameNetworkCpu": ratio(took, "trainerOurNetwork", "ours", of=1),
        **({"ratioCompiled": ratio(took, "trainer", "oursCompiled")} if options.compile else {}),
    }  # fmt: skip


def figures_of(times: list[tuple[float, float]], steps: int, share: float) -> dict:
    """Of the fastest round: other work on the machine only ever slows."""
    wall, cpu = min(each[0] for each in times), min(each[1] for each in times)
    return {"samplesPerSecond": steps * BATCH / wall, "samplesPerCpuSecond": steps * BATCH / cpu, "shareOfPeak": share * steps / wall}


def ratio(took: dict, peer: str, ours: str, *, of: int = 0) -> float:
    """Median over the rounds, in pairs: what else the machine does weighs on both. 0: wall time, 1: CPU time."""
    return statistics.median(theirs[of] / own[of] for theirs, own in zip(took[peer], took[ours], strict=True))


def our_loop(spec: Spec, windows: Windows, steps: int):
    """Our own loop's steps with its own network; epochs are what it counts in, hence windows for just so many steps."""
    few = replace(windows, starts={**windows.starts, "train": windows.starts["train"][: (steps + 1) * BATCH]})
    fitting = Fitting(network_of(spec, len(windows.rows)), few, spec, digest="", checkpoint=None)

    def run() -> tuple[float, float]:
        fitting.per_epoch = 1
        fitting.epoch(1)
        fitting.per_epoch = steps
        began = now()
        fitting.epoch(1)
        return since(began)

    return run


def flops_of(network: nn.Module, windows: Windows) -> float:
    """Of the matrix products of one step, forward and backward."""
    window, future = windows.cut(windows.starts["train"][:BATCH])
    with FlopCounterMode(display=False) as counter:
        nn.functional.mse_loss(network.train()(window), future).backward()
    return float(counter.get_total_flops())


def peak_flops() -> float:
    """What one large product of matrices reaches, the best of ten."""
    left, right = torch.randn(PEAK_SIZE, PEAK_SIZE), torch.randn(PEAK_SIZE, PEAK_SIZE)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - began)
    return 2 * PEAK_SIZE**3 / min(times)


def read(spec: Spec) -> Series:
    return read_series(spec.data, time_column=spec.time_column, columns=spec.columns, rows=sum(spec.split))


def made() -> Series:
    steps = np.random.default_rng(1).normal(size=(sum(SPLIT), COLUMNS))
    return Series(tuple("abcdefg"[:COLUMNS]), steps.cumsum(axis=0), Clock("", "", 3600.0, 0), sum(SPLIT), "made")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (InvalidInputError, ImportError) as error:
        print(str(error), file=sys.stderr)
        sys.exit(2)
