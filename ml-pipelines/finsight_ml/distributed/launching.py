"""Trains one model in several processes: checks what was asked for, starts the engine, and takes what rank 0 has left."""

import os
import pickle
import shutil
import tempfile
import time
import uuid
from pathlib import Path

from ..contracts import Distributed, TrainPartRequest, TrainRequest, TrainResult
from ..errors import InvalidInputError
from ..learning import Beat
from ..objects import FileObjects
from ..training import Trained, check, stored
from .job import Launch, Place, write_launch
from .rank import OUTCOME
from .ray_cluster import address_of
from .watching import Watched, unbroken

ENGINES = {"torchrun": "finsight_ml.distributed.torchrun", "ray": "finsight_ml.distributed.ray_cluster"}


def train_together(request: TrainRequest, objects: FileObjects, beat: Beat) -> Trained:
    """On this machine, or from it on a Ray cluster. Raises InvalidInputError, DataQualityError, RankLost."""
    spread = checked(request)
    if spread.nodes:
        raise InvalidInputError(
            f"Training on the machines {', '.join(spread.nodes)} goes by the story trainModel, which starts a part on each of them"
        )
    trained = train_part(request, objects, beat, Place(node=0, run=uuid.uuid4().hex))
    assert trained is not None
    return trained


def train_node(part: TrainPartRequest, objects: FileObjects, beat: Beat) -> TrainResult | None:
    """What one of several machines does of a training; the result where rank 0 is here."""
    started, nodes = time.monotonic(), checked(part.request).nodes or []
    if part.node >= len(nodes):
        raise InvalidInputError(f"Part {part.node} of a training on {len(nodes)} machines; they are counted from 0")
    trained = train_part(part.request, objects, beat, Place(node=part.node, run=part.run))
    if trained is None:
        return None
    return stored(part.request, trained, objects, seconds=time.monotonic() - started)


def train_part(request: TrainRequest, objects: FileObjects, beat: Beat, place: Place) -> Trained | None:
    """This machine's processes of a training; None where rank 0 is not among them."""
    spread = checked(request)
    check_machine(spread)
    directory = Path(tempfile.mkdtemp(prefix="finsight-training-"))
    watched = None
    try:
        threads = threads_for(spread)
        write_launch(Launch(request=request, objects=f"file:{objects.root.absolute()}", place=place, threads=threads), directory)
        watched = Watched(ENGINES[spread.engine], directory, environment_of(spread, threads), spread.size)
        watched.watch(beat)
        outcome = directory / OUTCOME
        return pickle.loads(outcome.read_bytes()) if outcome.exists() else None
    finally:
        with unbroken():
            if watched is not None:
                watched.end()
            shutil.rmtree(directory, ignore_errors=True)


def checked(request: TrainRequest) -> Distributed:
    """Raises InvalidInputError naming what does not go together."""
    from ..models import MODELS
    from ..models.neural import NetworkKind

    check(request)
    spread = request.training.distributed
    if spread is None:
        raise InvalidInputError(f"The training of {request.name} does not ask for several processes")
    able = [name for name, made in MODELS.items() if isinstance(made, NetworkKind)]
    if request.kind not in able:
        raise InvalidInputError(f"{request.kind} is trained by one process; distributed goes with {', '.join(able)}")
    if spread.nodes is not None:
        check_nodes(spread)
    if request.training.batch_size < 2 * spread.size and spread.size > 1:
        raise InvalidInputError(
            f"A batch of {request.training.batch_size} has fewer than two rows for each of {spread.size} processes; "
            "take a larger batchSize or fewer processes"
        )
    return spread


def check_nodes(spread: Distributed) -> None:
    nodes = spread.nodes or []
    if spread.engine != "torchrun":
        raise InvalidInputError("nodes are of the engine torchrun; a Ray cluster knows its own")
    if len(set(nodes)) != len(nodes) or len(nodes) < 2:
        raise InvalidInputError(f"nodes are {', '.join(nodes) or 'none'}; several machines are wanted, each named once")
    if not spread.rendezvous or ":" not in spread.rendezvous:
        raise InvalidInputError(f'The rendezvous of several machines is <host>:<port> of {nodes[0]}, not "{spread.rendezvous or ""}"')


def check_machine(spread: Distributed) -> None:
    """NCCL wants a GPU for each process."""
    import torch

    if spread.engine == "ray":
        address_of(spread)
    elif torch.cuda.is_available() and spread.processes > torch.cuda.device_count():
        raise InvalidInputError(
            f"{spread.processes} processes want as many GPUs on a machine; here are {torch.cuda.device_count()}: "
            "take fewer, or hide the GPUs by CUDA_VISIBLE_DEVICES="
        )


def threads_for(spread: Distributed) -> int:
    """Of each process, so that all of a machine together have no more than its cores, or than OMP_NUM_THREADS says."""
    from ..machine import cores, threads

    if spread.engine == "ray":
        # A process is one processor to Ray.
        return 1
    if spread.processes == 1:
        return threads()
    return max(1, int(os.environ.get("OMP_NUM_THREADS") or cores()) // spread.processes)


def environment_of(spread: Distributed, threads: int) -> dict[str, str]:
    changes = {"OMP_NUM_THREADS": str(threads)}
    alone = not spread.nodes or (spread.rendezvous or "").startswith(("127.0.0.1:", "localhost:"))
    if alone and "GLOO_SOCKET_IFNAME" not in os.environ and Path("/sys/class/net/lo").exists():
        # A machine's own name need not be an address that it can reach.
        changes["GLOO_SOCKET_IFNAME"] = "lo"
    return changes
