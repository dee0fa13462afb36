"""The worker of the queue `verify`: one backtest at a time, heartbeats all the while."""

import os

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.objects import FileObjects
from finsight_ml.working import beating
from finsight_ml.working import serve as serve_queue

from .contracts import ExternalRequest


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


async def serve() -> None:
    """Runs until SIGTERM or SIGINT, then drains."""
    await serve_queue("verify", [run_external_backtest])
