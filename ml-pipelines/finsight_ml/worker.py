"""The worker of the queue `train`, or of a machine's `train@<name>`: one training at a time, heartbeats between batches."""

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from .contracts import SuggestRequest, TrainPartRequest, TrainRequest
from .working import beating
from .working import serve as serve_queue

Result = TypeVar("Result", dict, dict | None)


@activity.defn(name="trainForecaster")
def train_forecaster(payload: dict) -> dict:
    """TrainRequest in, TrainResult out (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict:
        # Importing PyTorch cold takes up to half a minute.
        from .objects import FileObjects
        from .training import train

        request = TrainRequest.model_validate(payload)
        return train(request, FileObjects(os.environ.get("OBJECTS_URL", "")), beat).model_dump(by_alias=True)

    return trained(work)


@activity.defn(name="trainForecasterPart")
def train_forecaster_part(payload: dict) -> dict | None:
    """TrainPartRequest in; TrainResult out of the machine that rank 0 is on, None of the others (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict | None:
        from .distributed.launching import train_node
        from .objects import FileObjects

        part = TrainPartRequest.model_validate(payload)
        result = train_node(part, FileObjects(os.environ.get("OBJECTS_URL", "")), beat)
        return result.model_dump(by_alias=True) if result is not None else None

    return trained(work)


@activity.defn(name="trainSentiment")
def train_sentiment(payload: dict) -> dict:
    """SentimentRequest in, SentimentResult out (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict:
        from .objects import FileObjects
        from .sentiment.contracts import SentimentRequest
        from .sentiment.serving import train_sentiment as train

        request = SentimentRequest.model_validate(payload)
        return train(request, FileObjects(os.environ.get("OBJECTS_URL", "")), beat).model_dump(by_alias=True)

    return trained(work)


@activity.defn(name="trainTrial")
def train_trial(payload: dict) -> dict:
    """TrialRequest in, TrialResult out (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict:
        from .objects import FileObjects
        from .tuning import train_trial as train
        from .tuning_contracts import TrialRequest

        request = TrialRequest.model_validate(payload)
        return train(request, FileObjects(os.environ.get("OBJECTS_URL", "")), beat).model_dump(by_alias=True)

    return trained(work)


@activity.defn(name="trainSentimentTrial")
def train_sentiment_trial(payload: dict) -> dict:
    """SentimentTrialRequest in, SentimentTrialResult out (contracts.json)."""

    def work(beat: Callable[..., None]) -> dict:
        from .objects import FileObjects
        from .sentiment.trials import train_trial as train
        from .tuning_contracts import SentimentTrialRequest

        request = SentimentTrialRequest.model_validate(payload)
        return train(request, FileObjects(os.environ.get("OBJECTS_URL", "")), beat).model_dump(by_alias=True)

    return trained(work)


@activity.defn(name="suggestTrials")
def suggest_trials(payload: dict) -> dict:
    """SuggestTrialsRequest in, SuggestResult out (contracts.json)."""

    def work(_: Callable[..., None]) -> dict:
        from .objects import FileObjects
        from .tuning import suggest_trials as suggest
        from .tuning_contracts import SuggestTrialsRequest

        request = SuggestTrialsRequest.model_validate(payload)
        return suggest(request, FileObjects(os.environ.get("OBJECTS_URL", ""))).model_dump(by_alias=True)

    return trained(work)


def trained(work: Callable[[Callable[..., None]], Result], *, what: str = "training request", **told: object) -> Result:
    """Runs a training, or other long work, under heartbeats; its errors by the names that the workflows know."""
    from .errors import DataQualityError, InvalidInputError

    try:
        with beating(**(told or {"epoch": 0})) as beat:
            return work(beat)
    except CancelledError as error:
        if not drains():
            raise
        # As it is, the SDK would report a cancellation that nobody asked for.
        raise ApplicationError("The worker drains: the next one goes on where this one was", type="HandedOver") from error
    except ValidationError as error:
        raise ApplicationError(f"Unusable {what}: {error}", type="InvalidInputError", non_retryable=True) from error
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


async def serve(node: str | None = None) -> None:
    """Runs until SIGTERM or SIGINT, then drains. With `node`, this machine's parts of trainings on several, and no others."""
    start_replay()
    if node is not None:
        await serve_queue(f"train@{node}", [train_forecaster_part])
        return
    steps = [train_forecaster, train_sentiment, train_trial, train_sentiment_trial, suggest_parameters, suggest_trials]
    await serve_queue("train", steps)


def start_replay() -> None:
    """What a tracking server that was down has missed, without keeping the queue waiting."""
    from .tracking import replay

    threading.Thread(target=replay, daemon=True).start()
