"""Runs in MLflow. Tracking that fails never fails a training."""

import logging
import os

from .contracts import EpochRecord, TrainRequest

log = logging.getLogger(__name__)


def log_run(request: TrainRequest, history: list[EpochRecord], parity: float) -> str | None:
    """The MLflow run's id, or None where no server or file is configured or it does not answer."""
    address = os.environ.get("MLFLOW_TRACKING_URI")
    if not address:
        return None
    try:
        import mlflow

        mlflow.set_tracking_uri(address)
        mlflow.set_experiment("finsight")
        with mlflow.start_run(run_name=request.name) as run:
            mlflow.log_params({**request.params, **request.training.model_dump(), "kind": request.kind})
            mlflow.set_tags({"spec": request.spec_sha256, "dataset": request.dataset.object.sha256})
            for each in history:
                figures = {"train_loss": each.train_loss, "validation_loss": each.validation_loss}
                mlflow.log_metrics(figures, step=each.epoch)
            mlflow.log_metric("parity_max_abs", parity)
            return run.info.run_id
    except Exception as error:
        log.warning("MLflow (%s) did not take the run: %s", address, error)
        return None
