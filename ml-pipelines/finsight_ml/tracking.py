"""Runs in MLflow: parameters, losses by epoch, digests, environment and code version of each training.

What is to be logged is first kept in a spool beside the checkpoints. A server that is down neither fails a training nor holds
it up: the record stays, and goes out with the next training, at the next start of a worker, or by `finsight train logs --replay`."""

import contextlib
import fcntl
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .contracts import TrainRequest
from .environment import code_version
from .objects import FileObjects

if TYPE_CHECKING:
    # A worker that replays when it starts must not wait for PyTorch.
    from .learning import Fitted

log = logging.getLogger(__name__)

SPOOL = "tracking/spool"
REFUSED = "tracking/refused"
EXPERIMENT = "finsight"
# A training waits so long for a server at most; for a file of its own, which a first use has to lay out, longer.
SERVER_SECONDS, FILE_SECONDS = 10.0, 120.0
CONNECT_SECONDS = 2.0
# What MLflow takes in one call.
PARAMS, METRICS, TEXT = 100, 1000, 500


@dataclass(frozen=True)
class Record:
    """One training as it is logged. Times in epoch ms; metrics are (name, value, step)."""

    id: str
    name: str
    started_at: int
    ended_at: int
    params: dict[str, str]
    tags: dict[str, str]
    metrics: list[tuple[str, float, int]]


@dataclass
class Replayed:
    """What a replay came to: MLflow's run ids by record, and how many wait or were refused."""

    sent: dict[str, str] = field(default_factory=dict)
    waiting: int = 0
    refused: int = 0
    reason: str | None = None


def log_run(request: TrainRequest, fitted: "Fitted", objects: FileObjects, *, figures: dict[str, float], digests: dict[str, str]) -> str | None:
    """Keeps the training and sends what waits. The MLflow run's id, or None where it is still to be sent."""
    settings = request.training.model_dump(by_alias=True, exclude_none=True)
    seconds = sum(each.seconds for each in fitted.history)
    curves = [
        (name, value, each.epoch)
        for each in fitted.history
        for name, value in (("train_loss", each.train_loss), ("validation_loss", each.validation_loss), ("seconds", each.seconds))
    ]
    return keep(
        record_of(
            request.spec_sha256,
            request.name,
            seconds=seconds,
            params={"kind": request.kind, **request.params, **settings},
            tags={"task": "forecast", "stopped": fitted.stopped, **data_tags(request), **digests, **fitted.environment},
            metrics=[*curves, *((name, value, fitted.best_epoch) for name, value in figures.items())],
        ),
        objects,
    )


def data_tags(request: TrainRequest) -> dict[str, str]:
    ref = request.dataset
    return {"dataset": ref.object.sha256, "datasetRows": str(ref.rows), "streams": ", ".join(ref.streams), "features": ref.feature_version}


def record_of(spec: str, name: str, *, seconds: float, params: dict, tags: dict, metrics: list[tuple[str, float, int]]) -> Record:
    now = int(time.time() * 1000)
    return Record(
        id=spec,
        name=name,
        started_at=now - int(1000 * seconds),
        ended_at=now,
        params={key: str(value)[:TEXT] for key, value in params.items()},
        tags={"spec": spec, "code": code_version(), **{key: str(value) for key, value in tags.items()}},
        metrics=metrics,
    )


def keep(record: Record, objects: FileObjects) -> str | None:
    """Writes the record to the spool and sends what is there, as long as that takes little time."""
    address = os.environ.get("MLFLOW_TRACKING_URI")
    if not address:
        return None
    try:
        objects.put(f"{SPOOL}/{record.id}.json", json.dumps(asdict(record)).encode())
        done: list[Replayed] = []
        sending = threading.Thread(target=lambda: done.append(replay(objects)), daemon=True)
        sending.start()
        sending.join(SERVER_SECONDS if is_server(address) else FILE_SECONDS)
        return done[0].sent.get(record.id) if done else None
    except OSError as error:
        log.warning("The run of %s could not be kept for MLflow: %s", record.name, error)
        return None


def replay(objects: FileObjects | None = None) -> Replayed:
    """Sends what waits, oldest first, until the server fails. Sending a record twice makes one run."""
    address = os.environ.get("MLFLOW_TRACKING_URI")
    done = Replayed()
    try:
        objects = objects or FileObjects(os.environ.get("OBJECTS_URL", ""))
        with spool_of(objects) as waiting:
            done.waiting = len(waiting)
            if address and waiting:
                send_all(waiting, address, objects, done)
    except Exception as error:
        done.reason = str(error).splitlines()[0] if str(error) else repr(error)
        log.warning("MLflow (%s) did not take %d waiting runs: %s", address, done.waiting, done.reason)
    return done


@contextlib.contextmanager
def spool_of(objects: FileObjects) -> Iterator[list[Path]]:
    """The waiting records, for one process at a time; none while another one sends."""
    directory = objects.path(SPOOL)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory.parent / "spool.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield []
            return
        yield sorted(directory.glob("*.json"), key=lambda path: (path.stat().st_mtime, path.name))


def send_all(waiting: list[Path], address: str, objects: FileObjects, done: Replayed) -> None:
    connect(address)
    # Its own patience is minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=address)
    experiment = experiment_of(client)
    for path in waiting:
        record = Record(**json.loads(path.read_bytes()))
        try:
            done.sent[record.id] = send(client, experiment, record)
        except Exception as error:
            if not is_refusal(error):
                raise
            log.warning("MLflow (%s) refused the run of %s: %s", address, record.name, error)
            objects.put(f"{REFUSED}/{path.name}", path.read_bytes())
            done.refused += 1
        path.unlink()
        done.waiting -= 1


def is_server(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https")


def connect(address: str) -> None:
    """Raises OSError where nothing listens: sooner than MLflow's client would say so."""
    parts = urlsplit(address)
    if is_server(address) and parts.hostname:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), timeout=CONNECT_SECONDS).close()


def experiment_of(client) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    return found.experiment_id if found else client.create_experiment(EXPERIMENT)


def send(client, experiment: str, record: Record) -> str:
    """The run's id. One that a broken attempt began is finished."""
    from mlflow.entities import Metric, Param, RunTag

    begun = client.search_runs([experiment], filter_string=f"tags.spec = '{record.id}'", max_results=1)
    if begun and begun[0].info.status == "FINISHED":
        return begun[0].info.run_id
    run = begun[0] if begun else client.create_run(experiment, start_time=record.started_at, run_name=record.name, tags={"spec": record.id})
    run_id = run.info.run_id
    params = [Param(key, value) for key, value in record.params.items()]
    tags = [RunTag(key, value) for key, value in record.tags.items()]
    metrics = [Metric(name, value, record.ended_at, step) for name, value, step in record.metrics]
    for at in range(0, max(len(params), len(tags)), PARAMS):
        client.log_batch(run_id, params=params[at : at + PARAMS], tags=tags[at : at + PARAMS])
    for at in range(0, len(metrics), METRICS):
        client.log_batch(run_id, metrics=metrics[at : at + METRICS])
    client.set_terminated(run_id, status="FINISHED", end_time=record.ended_at)
    return run_id


def is_refusal(error: Exception) -> bool:
    """The server has read the record and does not take it; anything else may pass."""
    return getattr(error, "error_code", "") in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS")
