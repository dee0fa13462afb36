"""The worker of the queue `torch`: one batch at a time, beside the server that answers who waits (server.py)."""

import os
from collections.abc import Callable

from temporalio import activity

from ..worker import trained
from ..working import serve as serve_queue


@activity.defn(name="inferDataset")
def infer_dataset(payload: dict) -> dict:
    """InferenceRequest in, InferenceResult out (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict:
        # Importing PyTorch cold takes up to half a minute.
        from ..objects import FileObjects
        from .contracts import InferenceRequest
        from .datasets import infer_dataset as infer

        request = InferenceRequest.model_validate(payload)
        return infer(request, FileObjects(os.environ.get("OBJECTS_URL", "")), beat).model_dump(by_alias=True)

    return trained(work, what="request for inference", rows=0)


async def serve() -> None:
    """Runs until SIGTERM or SIGINT, then drains."""
    await serve_queue("torch", [infer_dataset])
