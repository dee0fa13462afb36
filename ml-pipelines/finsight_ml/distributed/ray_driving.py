"""The ranks of a training as actors of Ray, and the driver that listens to them."""

import os
import socket
import threading
import time
from pathlib import Path

import ray
from ray.util.placement_group import placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from ..contracts import TrainRequest
from ..objects import FileObjects
from ..training import ObjectCheckpoints, Trained
from .job import Launch
from .rank import attempt, trained_here
from .standing import Telling, write_json

JOIN_SECONDS = 300.0
LOOK_SECONDS = 0.5
# For the driver to take a checkpoint.
TAKE_SECONDS = 60.0


class Lost(Exception):
    """A process of the cluster is lost, or was not to be had."""


class Relayed:
    """Checkpoints of an actor: read by the driver before it began, kept by the driver before the training goes on."""

    def __init__(self, first: bytes | None) -> None:
        self.first, self.data = first, None
        self.given, self.taken = threading.Event(), threading.Event()

    def read(self) -> bytes | None:
        return self.first

    def write(self, data: bytes) -> None:
        self.data = data
        self.taken.clear()
        self.given.set()
        if not self.taken.wait(TAKE_SECONDS):
            raise TimeoutError(f"Nobody has taken the checkpoint within {TAKE_SECONDS:.0f} s")


class Rank:
    """One process; its methods run in threads of their own beside the training."""

    def __init__(self, rank: int, checkpoint: bytes | None) -> None:
        self.telling, self.relayed = Telling(rank, None), Relayed(checkpoint)

    def place(self) -> tuple[str, int]:
        """Address of this machine, and a port that is free there."""
        with socket.socket() as free:
            free.bind(("", 0))
            return ray.util.get_node_ip_address(), free.getsockname()[1]

    def train(self, request: dict, data: bytes, environment: dict[str, str]) -> tuple[Trained | None, dict | None]:
        """What came of it, and what went wrong."""
        os.environ.update(environment)
        found: list[Trained | None] = [None]

        def work() -> None:
            found[0] = trained_here(TrainRequest.model_validate(request), data, self.relayed, self.telling)

        error = attempt(work, self.telling.standing.rank)
        self.telling.enter("done")
        return found[0], error

    def look(self) -> dict:
        return self.telling.told()

    def checkpoint(self) -> bytes | None:
        """The next one, or None after a while."""
        if not self.relayed.given.wait(10):
            return None
        self.relayed.given.clear()
        return self.relayed.data

    def kept(self) -> None:
        self.relayed.taken.set()


class Driving:
    """Starts the actors together, tells of them in files as ranks of torchrun do, and keeps their checkpoints."""

    def __init__(self, launch: Launch, directory: Path, share: dict[str, float]) -> None:
        self.launch, self.directory, self.share = launch, directory, share
        objects = FileObjects(launch.objects)
        self.checkpoints = ObjectCheckpoints(objects, launch.request.spec_sha256)
        self.data = ray.put(objects.get(launch.request.dataset.object))

    def run(self) -> Trained:
        """What rank 0 came to. Raises Lost; what a rank raised is left in a file."""
        ranks = self.started()
        environments = self.environments(ray.get([each.place.remote() for each in ranks], timeout=JOIN_SECONDS))
        request = self.launch.request.model_dump(by_alias=True)
        running = {rank.train.remote(request, self.data, env): number for number, (rank, env) in enumerate(zip(ranks, environments, strict=True))}
        looking: dict = {rank.look.remote(): number for number, rank in enumerate(ranks)}
        saving = ranks[0].checkpoint.remote()
        trained = None
        while running:
            ready, _ = ray.wait([*running, *looking, saving], timeout=LOOK_SECONDS)
            for ref in ready:
                if ref in running:
                    number = running.pop(ref)
                    trained = self.taken(ref, number) or trained
                elif ref in looking:
                    number = looking.pop(ref)
                    standing = self.got(ref, number)
                    write_json(self.directory / f"standing-{number}.json", standing)
                elif ref == saving:
                    self.keep(self.got(ref, 0), ranks[0])
                    saving = ranks[0].checkpoint.remote()
            if not looking:
                time.sleep(0.05)
                looking = {rank.look.remote(): number for number, rank in enumerate(ranks)}
        if trained is None:
            raise Lost("Rank 0 has no result of the training")
        return trained

    def started(self) -> list:
        size, share = self.launch.spread.size, self.share
        group = placement_group([share] * size, strategy="PACK")
        if not group.wait(JOIN_SECONDS):
            free = ray.available_resources()
            raise Lost(f"The Ray cluster had no room for {size} processes within {JOIN_SECONDS:.0f} s; free are {free.get('CPU', 0):.0f} CPUs, {free.get('GPU', 0):.0f} GPUs")
        actor = ray.remote(max_restarts=0, max_concurrency=6, num_cpus=1, num_gpus=share.get("GPU", 0))(Rank)
        first = self.checkpoints.read()
        return [
            actor.options(scheduling_strategy=PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=number)).remote(number, first if number == 0 else None)
            for number in range(size)
        ]

    def environments(self, places: list[tuple[str, int]]) -> list[dict[str, str]]:
        """As torchrun would have it, each actor being a machine of its own with one device."""
        size, host, port = len(places), *places[0]
        together = len({address for address, _ in places}) == 1 and Path("/sys/class/net/lo").exists()
        common = {
            "WORLD_SIZE": str(size),
            "LOCAL_RANK": "0",
            "LOCAL_WORLD_SIZE": "1",
            "MASTER_ADDR": "127.0.0.1" if together else host,
            "MASTER_PORT": str(port),
            "TORCHELASTIC_RUN_ID": self.launch.place.run,
            **({"GLOO_SOCKET_IFNAME": "lo"} if together else {}),
        }
        return [{**common, "RANK": str(rank), "GROUP_RANK": str(rank)} for rank in range(size)]

    def taken(self, ref, number: int) -> Trained | None:
        trained, error = self.got(ref, number)
        if error is not None:
            write_json(self.directory / f"error-{number}.json", error)
            raise Lost(f"Process {number} failed")
        return trained

    def keep(self, data: bytes | None, rank) -> None:
        if data is not None:
            self.checkpoints.write(data)
            rank.kept.remote()

    def got(self, ref, number: int):
        try:
            return ray.get(ref)
        except ray.exceptions.RayError as error:
            why = str(error).strip().splitlines()
            size = self.launch.spread.size
            raise Lost(f"Process {number} of {size} is lost on the Ray cluster: {' '.join(why)[:600]}") from error
