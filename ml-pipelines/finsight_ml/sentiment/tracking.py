"""A sentiment run in MLflow, with the digests of its data; through the same spool as the forecasters."""

from ..objects import FileObjects
from ..tracking import keep, record_of
from .building import Built
from .contracts import SentimentRequest


def log_run(request: SentimentRequest, built: Built, objects: FileObjects) -> str | None:
    """The MLflow run's id, or None where no server or file is configured or it is still to be sent."""
    losses = [("train_loss", loss, at) for at, loss in enumerate(built.fitted.losses, start=1)]
    last = max(1, len(built.fitted.losses))
    figures = {"temperature": built.calibration.temperature, "power": built.calibration.power, **built.exported.gates}
    for each in built.figures:
        part = f"{each['set']}.{each['part']}".replace(",", "").replace(" ", "_")
        figures |= {f"{part}.{name}": each[name] for name in ("accuracy", "macroF1", "ece")}
    return keep(
        record_of(
            request.spec_sha256,
            request.name,
            seconds=built.seconds,
            params={**request.recipe.model_dump(by_alias=True), "base": request.base, "maxTokens": request.max_tokens},
            tags={"task": "sentiment", "dataset": request.dataset.object.sha256, **built.environment},
            metrics=[*losses, *((name, float(value), last) for name, value in figures.items())],
        ),
        objects,
    )
