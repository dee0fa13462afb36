"""The worker of the queue `verify`: one backtest at a time, heartbeats all the while."""

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
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.objects import FileObjects

from .contracts import ExternalRequest

QUEUE = "verify"
BEAT_SECONDS = 2.0


@activity.defn(name="runExternalBacktest")
def run_external_backtest(payload: dict) -> dict:
    """ExternalRequest in, ExternalResult out (contracts.json)."""
    try:
        request = ExternalRequest.model_validate(payload)
        with beating():
            # Importing an engine cold takes seconds.
            from .run import run_external

            objects = FileObjects(os.environ.get("OBJECTS_URL", ""))
            return run_external(request, objects).model_dump(by_alias=True)
    except ValidationError as error:
        raise ApplicationError(f"Unusable request: {error}", type="InvalidInputError", non_retryable=True) from error
    except (InvalidInputError, DataQualityError) as error:
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error


@contextlib.contextmanager
def beating():
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            activity.heartbeat()
            over.wait(BEAT_SECONDS)

    # The activity's context does not reach a new thread by itself.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        yield
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
            activities=[run_external_backtest],
            activity_executor=pool,
            max_concurrent_activities=1,
            max_heartbeat_throttle_interval=timedelta(seconds=BEAT_SECONDS),
        )
        async with worker:
            print(json.dumps({"event": "worker.ready", "queue": QUEUE}), file=sys.stderr, flush=True)
            await stop.wait()
