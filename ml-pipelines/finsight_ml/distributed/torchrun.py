"""The engine `torchrun`: a process of its own that starts this machine's ranks and ends them together.

`python -m finsight_ml.distributed.torchrun <directory>`; on several machines they meet at the rendezvous."""

import sys
from pathlib import Path

from .job import Launch, read_launch
from .leaving import leave_with_parent
from .standing import write_json

# How long a machine waits for the others to join.
JOIN_SECONDS = 300
# After SIGTERM.
SHUTDOWN_SECONDS = 2


def main(directory: Path) -> int:
    leave_with_parent()
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import launch_agent

    try:
        launch_agent(config_of(read_launch(directory)), sys.executable, ["-u", "-m", "finsight_ml.distributed.rank", str(directory)])
        return 0
    except ChildFailedError as error:
        lost = [{"rank": rank, "pid": each.pid, "code": each.exitcode} for rank, each in error.failures.items()]
        write_json(directory / "failures.json", {"lost": lost, "reason": None})
    except Exception as error:
        write_json(directory / "failures.json", {"lost": [], "reason": f"{type(error).__name__}: {str(error).strip()}"})
    return 1


def config_of(launch: Launch):
    from torch.distributed.launcher.api import LaunchConfig

    spread, place = launch.spread, launch.place
    machines = len(spread.nodes or [""])
    meeting = (
        # The first machine listens, so that rank 0 is where the rendezvous is.
        {"rdzv_backend": "static", "rdzv_endpoint": spread.rendezvous, "rdzv_configs": {"rank": place.node, "timeout": JOIN_SECONDS}}
        if machines > 1
        else {"rdzv_backend": "c10d", "rdzv_endpoint": "127.0.0.1:0", "local_addr": "127.0.0.1"}
    )
    return LaunchConfig(
        min_nodes=machines,
        max_nodes=machines,
        nproc_per_node=spread.processes,
        run_id=place.run,
        # The story tries again, from the checkpoint.
        max_restarts=0,
        monitor_interval=0.1,
        shutdown_timeout=SHUTDOWN_SECONDS,
        **meeting,
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
