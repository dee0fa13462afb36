"""The worker of the queue `train`: one training at a time, heartbeats between batches."""

import os

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from .contracts import SuggestRequest, TrainRequest
from .working import beating
from .working import serve as serve_queue


@activity.defn(name="trainForecaster")
def train_forecaster(payload: dict) -> dict:
    """TrainRequest in, TrainResult out (contracts.json)."""
    from .errors import DataQualityError, InvalidInputError

    try:
        request = TrainRequest.model_validate(payload)
        with beating(epoch=0) as beat:
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


async def serve() -> None:
    """Runs until SIGTERM or SIGINT, then drains."""
    await serve_queue("train", [train_forecaster, suggest_parameters])
