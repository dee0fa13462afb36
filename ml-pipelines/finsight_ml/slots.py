"""How many models a machine trains at a time. Each is a process of its own, since PyTorch's random state, threads and
deterministic kernels belong to the process; one that has no slot polls nothing, and takes over when another ends."""

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path
from typing import IO

LOOK_SECONDS = 1.0


async def claim(queue: str, stop: asyncio.Event) -> IO | None:
    """Waits for one of the machine's slots; the system frees it when the process ends, however it ends.
    None where nothing limits them, or where `stop` came first. The environment is set to the slot's GPU."""
    folder, slots = os.environ.get("FINSIGHT_DATA_DIR"), limit()
    if folder is None or slots is None:
        return None
    place = Path(folder) / "run"
    place.mkdir(parents=True, exist_ok=True)
    told = False
    while not stop.is_set():
        for index in range(slots):
            held = take(place / f"{queue}-slot-{index}")
            if held:
                choose_gpu(index)
                return held
        if not told:
            event = {"event": "worker.standby", "queue": queue, "reason": f"all {slots} slots of this machine are taken"}
            print(json.dumps(event), file=sys.stderr, flush=True)
            told = True
        try:
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        except TimeoutError:
            continue
    return None


def limit() -> int | None:
    """FINSIGHT_TRAIN_SLOTS; None where it is not set. Raises ValueError for what is no such number."""
    given = os.environ.get("FINSIGHT_TRAIN_SLOTS", "").strip()
    if given == "":
        return None
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 64:
        raise ValueError(f'FINSIGHT_TRAIN_SLOTS is "{given[:40]}"; it is a whole number from 1 to 64')
    return int(given)


def take(file: Path) -> IO | None:
    opened = file.open("a")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        opened.close()
        return None
    return opened


def choose_gpu(index: int) -> None:
    """Several slots take turns on the GPUs, each sees its own only; one that was chosen already stays."""
    gpus = int(os.environ.get("FINSIGHT_GPUS", "0") or "0")
    if gpus > 1 and (limit() or 1) > 1:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", str(index % gpus))


def gpu_share() -> float:
    """What one training may take of a GPU's memory: FINSIGHT_GPU_SHARE of it in equal parts for those that share it.
    Raises ValueError for what is no share."""
    given = os.environ.get("FINSIGHT_GPU_SHARE", "").strip() or "0.8"
    try:
        share = float(given)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise ValueError(f'FINSIGHT_GPU_SHARE is "{given[:40]}"; it is a number above 0 and up to 1')
    gpus = max(1, int(os.environ.get("FINSIGHT_GPUS", "1") or "1"))
    each = -(-(limit() or 1) // gpus)
    return share / each
