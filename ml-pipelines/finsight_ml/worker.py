"""The worker of the queue `train`: one training at a time, heartbeats between batches."""

import asyncio
import contextlib
import contextvars
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import ValidationError
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Worker

from .contracts import SuggestRequest, TrainRequest

QUEUE = "train"
BEAT_SECONDS = 2.0


@activity.defn(name="trainForecaster")
def train_forecaster(payload: dict) -> dict:
    """TrainRequest in, TrainResult out (contracts.json)."""
    from .errors import DataQualityError, InvalidInputError

    try:
        request = TrainRequest.model_validate(payload)
        with beating() as beat:
            # Importing PyTorch cold takes up to half a minute.
            from .objects import FileObjects
            from .training import train

            objects = FileObjects(os.environ.get("OBJECTS_URL", ""))
            return train(request, objects, beat).model_dump(by_alias=True)
    except CancelledError as error:
        if not drains():
            raise
        # As it is, the SDK would report a cancellation that nobody asked for.
        raise ApplicationError("The worker drains: the next one goes on at the epoch", type="HandedOver") from error
    except ValidationError as error:
        raise ApplicationError(f"Unusable training request: {error}", type="InvalidInputError", non_retryable=True) from error
    except (InvalidInputError, DataQualityError) as error:
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error


@activity.defn(name="suggestParameters")
def suggest_parameters(payload: dict) -> dict:
    """SuggestRequest in, SuggestResult out (contracts.json)."""
    from .errors import InvalidInputError
    from .suggesting import suggest

    try:
        return suggest(SuggestRequest.model_validate(payload)).model_dump(by_alias=True)
    except ValidationError as error:
        raise ApplicationError(f"Unusable request for suggestions: {error}", type="InvalidInputError", non_retryable=True) from error
    except InvalidInputError as error:
        raise ApplicationError(str(error), type="InvalidInputError", non_retryable=True) from error


def drains() -> bool:
    details = activity.cancellation_details()
    return details is not None and details.worker_shutdown and not details.cancel_requested


@contextlib.contextmanager
def beating():
    """Heartbeats all the while, also through export and tracking; `beat` says what they tell. The SDK raises a
    cancellation inside the training's own thread."""
    detail: dict = {"epoch": 0}
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            activity.heartbeat(dict(detail))
            over.wait(BEAT_SECONDS)

    # The activity's context does not reach a new thread by itself.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        yield detail.update
    finally:
        over.set()
        thread.join()


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
            activities=[train_forecaster, suggest_parameters],
            activity_executor=pool,
            max_concurrent_activities=1,
            # The default is 80 % of the heartbeat time-out: a cancellation would be seen over a minute late.
            max_heartbeat_throttle_interval=timedelta(seconds=BEAT_SECONDS),
        )
        async with worker:
            print(json.dumps({"event": "worker.ready", "queue": QUEUE}), file=sys.stderr, flush=True)
            await stop.wait()
