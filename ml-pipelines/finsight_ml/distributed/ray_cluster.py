"""The engine `ray`: a driver of its own that starts each rank as an actor on a Ray cluster.

`python -m finsight_ml.distributed.ray_cluster <directory>`. Actors need no store: the data go to them by Ray's object store, and
checkpoints come back to the driver, which keeps them. They end with the driver, however that ends."""

import importlib.util
import os
import pickle
import signal
import socket
import sys
from pathlib import Path

from ..contracts import Distributed
from ..errors import InvalidInputError
from .job import Launch, read_launch
from .leaving import leave_with_parent
from .standing import LOG, write_json

CONNECT_SECONDS = 5.0
INSTALL = "uv sync --project ml-pipelines --frozen --group ray"


def address_of(spread: Distributed) -> str:
    """Raises InvalidInputError where Ray is not installed, or no cluster is named."""
    if importlib.util.find_spec("ray") is None:
        raise InvalidInputError(f"The engine ray needs the package ray, which is not installed where this worker runs; run: {INSTALL}")
    address = spread.address or os.environ.get("RAY_ADDRESS")
    if not address:
        raise InvalidInputError(
            "The engine ray needs the address of a cluster: training.distributed.address, or RAY_ADDRESS of the training worker"
        )
    if address == "local":
        raise InvalidInputError('A cluster of its own would outlive a worker that is killed; start one by "ray start --head" and name its address')
    return address


def main(directory: Path) -> int:
    leave_with_parent()
    launch = read_launch(directory)
    # Whoever launched this has checked it.
    address = launch.spread.address or os.environ["RAY_ADDRESS"]
    try:
        connect(address)
    except Exception as error:
        reason = f"The Ray cluster at {address} cannot be used: {str(error).strip() or type(error).__name__}{hint(directory)}"
        write_json(directory / "failures.json", {"lost": [], "reason": reason[:2000]})
        return 1
    import ray

    from .ray_driving import Driving, Lost

    signal.signal(signal.SIGTERM, lambda *_: leave())
    try:
        outcome = Driving(launch, directory, room_for(launch)).run()
        draft = directory / "outcome.new"
        draft.write_bytes(pickle.dumps(outcome))
        draft.replace(directory / "outcome.pickle")
        return 0
    except Lost as error:
        write_json(directory / "failures.json", {"lost": [], "reason": str(error)})
        return 1
    except ray.exceptions.RayError as error:
        write_json(directory / "failures.json", {"lost": [], "reason": f"Ray failed: {str(error).strip()[:600]}"})
        return 1
    finally:
        ray.shutdown()


def hint(directory: Path) -> str:
    """Ray tells a wrong token in its log alone."""
    if "InvalidAuthToken" not in (directory / LOG).read_text(errors="replace"):
        return ""
    return "; it wants another token: set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH for the training worker, or copy the head's ~/.ray/auth_token"


def leave() -> None:
    """The cluster ends the actors of a driver that is gone."""
    import ray

    ray.shutdown()
    os._exit(1)


def connect(address: str) -> None:
    """Raises ConnectionError sooner than Ray itself would where nothing listens."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")) or (Path.home() / ".ray" / "auth_token").exists():
        # Clusters want it since Ray 2.60; one that does not passes it over.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    # Else Ray would take it in place of what was asked for.
    os.environ.pop("RAY_ADDRESS", None)
    import ray

    package = Path(__file__).parents[1]
    ray.init(
        address=address,
        namespace="finsight",
        logging_level="ERROR",
        log_to_driver=False,
        # The code of this worker, whatever the machines of the cluster have.
        runtime_env={"py_modules": [str(package)], "excludes": ["**/__pycache__"], "env_vars": {"OMP_NUM_THREADS": os.environ["OMP_NUM_THREADS"]}},
    )


def room_for(launch: Launch) -> dict[str, float]:
    """What each process takes of the cluster. Raises Lost where the cluster is too small."""
    import ray

    from .ray_driving import Lost

    size, has = launch.spread.size, ray.cluster_resources()
    gpus = has.get("GPU", 0)
    if has.get("CPU", 0) < size or 0 < gpus < size:
        raise Lost(
            f"The Ray cluster has {has.get('CPU', 0):.0f} CPUs and {gpus:.0f} GPUs for {size} processes, which take one of each that there is; "
            "take fewer, or add machines"
        )
    return {"CPU": 1, "GPU": 1} if gpus else {"CPU": 1}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
