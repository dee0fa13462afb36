"""What crosses the border to TypeScript about sentiment; the zod side is domain/ml/sentiment.ts."""

from typing import Literal

from pydantic import Field

from ..contracts import Contract, ObjectRef, Rows, Sha256


class SentimentDataset(Contract):
    object: ObjectRef
    rows: Rows
    near_duplicates: int = Field(ge=0)
    sets: list[str] = Field(min_length=1)


class SentimentRecipe(Contract):
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    micro_batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    layer_decay: float = Field(gt=0, le=1)
    label_smoothing: float = Field(ge=0, lt=1)
    dropout: float = Field(ge=0, lt=1)
    frozen_layers: int = Field(ge=0)
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"]
    checkpoint_seconds: float = Field(ge=0)
    seed: int = Field(ge=0)


class SentimentRequest(Contract):
    name: str = Field(min_length=1)
    spec_sha256: Sha256
    base: str = Field(min_length=1)
    dataset: SentimentDataset
    recipe: SentimentRecipe
    max_tokens: int = Field(ge=8, le=512)


class AbstentionPoint(Contract):
    answered: float
    from_: float = Field(alias="from")
    accuracy: float


class ReliabilityBin(Contract):
    n: int = Field(gt=0)
    confidence: float
    accuracy: float


class SentimentFigures(Contract):
    set: str
    part: str
    n: int = Field(gt=0)
    accuracy: float
    wilson95: list[float]
    majority: float
    macro_f1: float = Field(alias="macroF1")
    ece: float
    reliability: list[ReliabilityBin]
    confusion: list[list[int]]
    answered: float
    accuracy_answered: float
    abstention: list[AbstentionPoint]


class SentimentResult(Contract):
    onnx: ObjectRef
    float32: ObjectRef
    tokenizer: ObjectRef
    description: ObjectRef
    card: ObjectRef
    temperature: float = Field(gt=0)
    power: float = Field(gt=0)
    threshold: float = Field(ge=0, le=1)
    gates: dict[str, float]
    figures: list[SentimentFigures]
    rows: Rows
    steps: int = Field(gt=0)
    resumed_at: int = Field(ge=0)
    rows_per_second: float = Field(ge=0)
    seconds: float = Field(ge=0)
    parameters: int = Field(gt=0)
    mlflow_run_id: str | None
    environment: dict[str, str]


CONTRACTS: dict[str, type[Contract]] = {
    "sentimentDataset": SentimentDataset,
    "sentimentRequest": SentimentRequest,
    "sentimentFigures": SentimentFigures,
    "sentimentResult": SentimentResult,
}
