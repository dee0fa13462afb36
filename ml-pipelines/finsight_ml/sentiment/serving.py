"""What the worker's step does: a request by reference in, objects by reference out."""

import json
from pathlib import Path

from ..contracts import ObjectRef, Rows
from ..objects import FileObjects
from .bases import find_base
from .building import Built, Material, build
from .card import markdown
from .contracts import SentimentFigures, SentimentRequest, SentimentResult
from .fitting import Beat
from .optimising import Recipe
from .reading import MEASURED, TEST, TRAIN, VALIDATION, checked_table, read_table
from .tracking import log_run
from .writing import described


def train_sentiment(request: SentimentRequest, objects: FileObjects, beat: Beat = lambda _: None) -> SentimentResult:
    """Trains, calibrates, exports, passes the gates, measures, stores. Raises InvalidInputError and DataQualityError."""
    table = checked_table(objects, request.dataset.object)
    beat({"base": request.base})
    base = find_base(request.base)
    material = Material(
        read_table(table, TRAIN),
        list(read_table(table, VALIDATION)),
        {"test fold": list(read_table(table, TEST)), "zero-shot, all rows": list(read_table(table, MEASURED))},
    )
    checkpoint = objects.path(f"checkpoints/{request.spec_sha256}/last.pt")
    begun = trial_checkpoint(objects, request.spec_sha256)
    if begun.exists() and not checkpoint.exists():
        # A tuning has trained it already.
        objects.put(f"checkpoints/{request.spec_sha256}/last.pt", begun.read_bytes())
    built = build(material, base, recipe_of(request), checkpoint=checkpoint, max_tokens=request.max_tokens, beat=beat)
    told = {
        "base": base.name,
        "licence": base.licence,
        "sets": request.dataset.sets,
        "command": "finsight sentiment train",
        "test_fold": 0,
        "near_duplicates": request.dataset.near_duplicates,
    }
    return stored(request, built, told, objects)


def trial_checkpoint(objects: FileObjects, spec_sha256: str) -> Path:
    return objects.path(f"checkpoints/{spec_sha256}/trial.pt")


def recipe_of(request: SentimentRequest) -> Recipe:
    given = request.recipe.model_dump()
    precision = given.pop("precision")
    return Recipe(**given, precision=None if precision == "auto" else precision)


def stored(request: SentimentRequest, built: Built, told: dict, objects: FileObjects) -> SentimentResult:
    key = f"models/{request.spec_sha256}"
    description = described(built, name=request.name, max_tokens=request.max_tokens)

    def put(name: str, data: bytes) -> ObjectRef:
        return objects.put(f"{key}/{name}", data)

    return SentimentResult(
        onnx=put("model.onnx", built.exported.int8),
        float32=put("float32.onnx", built.exported.float32),
        tokenizer=put("tokenizer.json", built.tokenizer),
        description=put("model.json", (json.dumps(description, indent=2) + "\n").encode()),
        card=put("MODEL_CARD.md", markdown(description, told, built).encode()),
        temperature=built.calibration.temperature,
        power=built.calibration.power,
        threshold=built.threshold,
        gates=built.exported.gates,
        figures=[SentimentFigures.model_validate(each) for each in built.figures],
        rows=Rows(**built.rows),
        steps=built.fitted.steps,
        resumed_at=built.fitted.resumed_at,
        rows_per_second=built.fitted.rows_per_second,
        seconds=built.seconds,
        parameters=sum(each.numel() for each in built.fitted.network.parameters()),
        mlflow_run_id=log_run(request, built, objects),
        environment=built.environment,
    )
