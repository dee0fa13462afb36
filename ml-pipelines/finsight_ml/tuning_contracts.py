"""What crosses the border to TypeScript about trials; the zod side is domain/ml/tuning.ts."""

from pydantic import Field

from .contracts import Axis, Contract, EpochRecord, ObjectRef, TrainRequest
from .sentiment.contracts import SentimentRequest


class TrialRequest(Contract):
    request: TrainRequest
    until_epoch: int = Field(gt=0)


class TrialResult(Contract):
    epochs: list[EpochRecord] = Field(min_length=1)
    best_epoch: int = Field(gt=0)
    validation_loss: float
    seconds: float = Field(ge=0)


class SentimentTrialRequest(Contract):
    request: SentimentRequest
    until_epoch: int = Field(gt=0)


class SentimentTrialResult(Contract):
    epochs: int = Field(gt=0)
    validation_loss: float
    validation_accuracy: float
    validation_macro_f1: float = Field(alias="validationMacroF1")
    rows: int = Field(gt=0)
    seconds: float = Field(ge=0)


class SuggestTrialsRequest(Contract):
    space: dict[str, Axis]
    count: int = Field(gt=0)
    startup: int = Field(gt=0)
    seed: int = Field(ge=0)
    table: ObjectRef | None


CONTRACTS: dict[str, type[Contract]] = {
    "trialRequest": TrialRequest,
    "trialResult": TrialResult,
    "sentimentTrialRequest": SentimentTrialRequest,
    "sentimentTrialResult": SentimentTrialResult,
    "suggestTrialsRequest": SuggestTrialsRequest,
}
