"""What the workers of the queues `train` and `verify` have in common: heartbeats, and serving one step at a time."""

import asyncio
import contextlib
import contextvars
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

from .slots import claim

BEAT_SECONDS = 2.0
# How late the platform's view of its workers may be.
HEARTBEAT_SECONDS = 5


@contextlib.contextmanager
def beating(**told: object) -> Iterator[Callable[..., None]]:
    """Heartbeats all the while; what is yielded changes what they tell, nothing where nothing was told at first. The
    SDK raises a cancellation inside the step's own thread."""
    detail = dict(told)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            activity.heartbeat(*([dict(detail)] if detail else []))
            over.wait(BEAT_SECONDS)

    # The activity's context does not reach a new thread by itself.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        yield detail.update
    finally:
        over.set()
        thread.join()


async def serve(queue: str, activities: Sequence[Callable]) -> None:
    """Serves a queue until SIGTERM or SIGINT, then drains."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    # Held until the process ends.
    slot = await claim(queue, stop) if queue == "train" else None
    if stop.is_set():
        return
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "finsight"),
        api_key=os.environ.get("TEMPORAL_API_KEY") or None,
        tls=os.environ.get("TEMPORAL_TLS") == "on",
        runtime=Runtime(telemetry=TelemetryConfig(), worker_heartbeat_interval=timedelta(seconds=HEARTBEAT_SECONDS)),
    )
    with ThreadPoolExecutor(max_workers=1) as pool:
        worker = Worker(
            client,
            task_queue=queue,
            activities=activities,
            activity_executor=pool,
            max_concurrent_activities=1,
            # The default is 80 % of the heartbeat time-out: a cancellation would be seen over a minute late.
            max_heartbeat_throttle_interval=timedelta(seconds=BEAT_SECONDS),
        )
        async with worker:
            print(json.dumps({"event": "worker.ready", "queue": queue}), file=sys.stderr, flush=True)
            await stop.wait()
    if slot:
        slot.close()
