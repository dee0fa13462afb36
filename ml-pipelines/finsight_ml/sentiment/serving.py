"""What the worker's step does: a request by reference in, objects by reference out."""

import json

from ..contracts import ObjectRef, Rows
from ..errors import DataQualityError, InvalidInputError
from ..objects import FileObjects
from .bases import find_base
from .building import Built, Material, build
from .card import markdown
from .contracts import SentimentFigures, SentimentRequest, SentimentResult
from .fitting import Beat
from .optimising import Recipe
from .reading import MEASURED, TEST, TRAIN, VALIDATION, digest_of, read_table
from .tracking import log_run
from .writing import described


def train_sentiment(request: SentimentRequest, objects: FileObjects, beat: Beat = lambda _: None) -> SentimentResult:
    """Trains, calibrates, exports, passes the gates, measures, stores. Raises InvalidInputError and DataQualityError."""
    table = objects.path(request.dataset.object.key)
    if not table.exists():
        raise InvalidInputError(f'No object "{request.dataset.object.key}" below {objects.root}')
    if (found := digest_of(table)) != request.dataset.object.sha256:
        raise DataQualityError(f"Object {request.dataset.object.key} was changed: sha256 {found}, recorded was {request.dataset.object.sha256}")
    beat({"base": request.base})
    base = find_base(request.base)
    material = Material(
        read_table(table, TRAIN),
        list(read_table(table, VALIDATION)),
        {"test fold": list(read_table(table, TEST)), "zero-shot, all rows": list(read_table(table, MEASURED))},
    )
    checkpoint = objects.path(f"checkpoints/{request.spec_sha256}/last.pt")
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
        temperature=built.temperature,
        threshold=built.threshold,
        gates=built.exported.gates,
        figures=[SentimentFigures.model_validate(each) for each in built.figures],
        rows=Rows(**built.rows),
        steps=built.fitted.steps,
        resumed_at=built.fitted.resumed_at,
        rows_per_second=built.fitted.rows_per_second,
        seconds=built.seconds,
        parameters=sum(each.numel() for each in built.fitted.network.parameters()),
        mlflow_run_id=log_run(request, built),
        environment=built.environment,
    )
