"""The worker of the queue `train`: one training at a time, heartbeats between batches."""

import asyncio
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from .contracts import TrainRequest

QUEUE = "train"
BEAT_SECONDS = 2.0


@activity.defn(name="trainForecaster")
def train_forecaster(payload: dict) -> dict:
    """TrainRequest in, TrainResult out (contracts.json)."""
    from .errors import DataQualityError, InvalidInputError
    from .objects import FileObjects
    from .training import train

    beat = beater()
    try:
        request = TrainRequest.model_validate(payload)
        objects = FileObjects(os.environ.get("OBJECTS_URL", ""))
        beat({"epoch": 0})
        return train(request, objects, beat).model_dump(by_alias=True)
    except ValidationError as error:
        raise ApplicationError(f"Unusable training request: {error}", type="InvalidInputError", non_retryable=True) from error
    except (InvalidInputError, DataQualityError) as error:
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error


def beater():
    """Heartbeats at most every BEAT_SECONDS; a cancellation is raised inside this thread by the SDK."""
    last = 0.0

    def beat(detail: dict) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= BEAT_SECONDS:
            last = now
            activity.heartbeat(detail)

    return beat


async def serve() -> None:
    """Runs until SIGTERM or SIGINT, then drains."""
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "finsight"),
        api_key=os.environ.get("TEMPORAL_API_KEY") or None,
        tls=os.environ.get("TEMPORAL_TLS") == "on",
    )
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    with ThreadPoolExecutor(max_workers=1) as pool:
        worker = Worker(
            client,
            task_queue=QUEUE,
            activities=[train_forecaster],
            activity_executor=pool,
            max_concurrent_activities=1,
        )
        async with worker:
            print(json.dumps({"event": "worker.ready", "queue": QUEUE}), file=sys.stderr, flush=True)
            await stop.wait()
