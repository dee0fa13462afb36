"""What crosses the border to TypeScript; compared with contracts.json, which `npm run contracts` writes from zod."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Contract(BaseModel):
    """Unknown members are refused; members are camelCase on the wire."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class ObjectRef(Contract):
    key: str = Field(min_length=1)
    sha256: Sha256
    bytes: int = Field(ge=0)


class DatasetRef(Contract):
    object: ObjectRef
    rows: int = Field(gt=0)
    streams: list[str] = Field(min_length=1)
    features: list[str] = Field(min_length=1)
    feature_version: str
    look_back: int = Field(gt=0)
    horizon_bars: int = Field(gt=0)
    horizons: list[Annotated[int, Field(gt=0)]] = Field(min_length=1)


class Distributed(Contract):
    """One training in several processes; each takes its share of every batch."""

    engine: Literal["torchrun", "ray"]
    # On each machine; with Ray, in the whole cluster.
    processes: int = Field(gt=0, le=1024)
    # Names of machines, whose workers serve `train@<name>`; the first one holds the rendezvous.
    nodes: list[Annotated[str, Field(min_length=1)]] | None = None
    # `host:port` of the first machine, as the others reach it.
    rendezvous: str | None = None
    # Of a Ray cluster; None: RAY_ADDRESS of the worker.
    address: str | None = None

    @property
    def size(self) -> int:
        """Processes in all."""
        return self.processes * len(self.nodes or [""])


class Training(Contract):
    max_epochs: int = Field(gt=0)
    patience: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    seed: int = Field(ge=0)
    precision: Literal["auto", "float32", "bfloat16"]
    gradient_clip: float = Field(gt=0)
    compile: bool
    quantiles: list[Annotated[float, Field(gt=0, lt=1)]]
    distributed: Distributed | None = None


class TrainRequest(Contract):
    kind: str
    name: str
    spec_sha256: Sha256
    dataset: DatasetRef
    params: dict[str, float | int | str | bool]
    training: Training


class TrainPartRequest(Contract):
    """What one of several machines does of a training; `run` is the same for all of them and for no other attempt."""

    request: TrainRequest
    node: int = Field(ge=0)
    run: str = Field(min_length=1)


class EpochRecord(Contract):
    epoch: int = Field(gt=0)
    train_loss: float
    validation_loss: float
    seconds: float = Field(ge=0)


class Rows(Contract):
    train: int
    validation: int
    test: int


class RankFigures(Contract):
    rank: int = Field(ge=0)
    # The machine's own name for itself.
    host: str
    peak_memory_bytes: int = Field(ge=0)
    # In reductions of the last attempt, waiting for the others included; None on GPUs, where nobody waits for them.
    reducing_seconds: float | None = Field(ge=0)


class DistributedResult(Contract):
    engine: Literal["torchrun", "ray"]
    processes: int = Field(gt=0)
    # Mean over all epochs.
    seconds_per_epoch: float = Field(ge=0)
    # Of one process.
    threads: int = Field(gt=0)
    ranks: list[RankFigures] = Field(min_length=1)


class TrainResult(Contract):
    onnx: ObjectRef
    torchscript: ObjectRef | None
    parity_max_abs: float = Field(ge=0)
    epochs: list[EpochRecord] = Field(min_length=1)
    best_epoch: int = Field(gt=0)
    rows: Rows
    seconds: float = Field(ge=0)
    parameters: int = Field(gt=0)
    mlflow_run_id: str | None
    environment: dict[str, str]
    quantiles: list[float]
    horizons: list[Annotated[int, Field(gt=0)]] = Field(min_length=1)
    stopped: Literal["finished", "early", "diverged"]
    batch_size: int = Field(gt=0)
    weights_sha256: Sha256
    rows_per_second: float | None = Field(ge=0)
    peak_memory_bytes: int | None = Field(ge=0)
    notes: list[str]
    # None where one process trained it.
    distributed: DistributedResult | None = None


class Axis(Contract):
    """Either `values`, or bounds."""

    values: list[float] | None
    min: float | None
    max: float | None
    step: float | None
    log: bool


class ToldTrial(Contract):
    params: dict[str, float]
    value: float | None


class SuggestRequest(Contract):
    space: dict[str, Axis]
    told: list[ToldTrial]
    count: int = Field(gt=0)
    startup: int = Field(gt=0)
    seed: int = Field(ge=0)


class SuggestResult(Contract):
    params: list[dict[str, float]]


CONTRACTS: dict[str, type[Contract]] = {
    "objectRef": ObjectRef,
    "datasetRef": DatasetRef,
    "trainRequest": TrainRequest,
    "trainPartRequest": TrainPartRequest,
    "epochRecord": EpochRecord,
    "trainResult": TrainResult,
    "suggestRequest": SuggestRequest,
    "suggestResult": SuggestResult,
}
