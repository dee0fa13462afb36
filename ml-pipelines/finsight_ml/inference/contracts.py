"""What crosses the border to TypeScript about batches on the queue `torch`; the zod side is domain/ml/inference.ts."""

from pydantic import Field

from ..contracts import Contract, DatasetRef, ObjectRef, Sha256


class ServedModel(Contract):
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    onnx: ObjectRef
    torchscript: ObjectRef | None


class InferenceRequest(Contract):
    model: ServedModel
    dataset: DatasetRef
    batch_size: int = Field(gt=0)
    key: str = Field(min_length=1)


class InferenceResult(Contract):
    answers: ObjectRef
    rows: int = Field(gt=0)
    file_sha256: Sha256
    platform: str
    provider: str
    resumed_at: int = Field(ge=0)
    seconds: float = Field(ge=0)


CONTRACTS: dict[str, type[Contract]] = {
    "servedModel": ServedModel,
    "inferenceRequest": InferenceRequest,
    "inferenceResult": InferenceResult,
}
