"""A sentiment run in MLflow, with the digests of its data. Tracking that fails never fails a training."""

import logging
import os

from .building import Built
from .contracts import SentimentRequest

log = logging.getLogger(__name__)


def log_run(request: SentimentRequest, built: Built) -> str | None:
    """The MLflow run's id, or None where no server or file is configured or it does not answer."""
    address = os.environ.get("MLFLOW_TRACKING_URI")
    if not address:
        return None
    try:
        import mlflow

        mlflow.set_tracking_uri(address)
        mlflow.set_experiment("finsight")
        with mlflow.start_run(run_name=request.name) as run:
            mlflow.log_params({**request.recipe.model_dump(), "base": request.base, "max_tokens": request.max_tokens})
            mlflow.set_tags({"task": "sentiment", "spec": request.spec_sha256, "dataset": request.dataset.object.sha256})
            for at, loss in enumerate(built.fitted.losses, start=1):
                mlflow.log_metric("train_loss", loss, step=at)
            mlflow.log_metrics({"temperature": built.temperature, **built.exported.gates})
            for each in built.figures:
                part = f"{each['set']}.{each['part']}".replace(",", "").replace(" ", "_")
                mlflow.log_metrics({f"{part}.{name}": each[name] for name in ("accuracy", "macroF1", "ece")})
            return run.info.run_id
    except Exception as error:
        log.warning("MLflow (%s) did not take the run: %s", address, error)
        return None
