"""The processes of one training, as a learner sees them: its share of a batch, and figures over all of them."""

import time

import torch
from torch import distributed, nn

from ..learning import Checkpoints


class Group:
    """All processes that train together, or the only one; `rank` 0 writes what all have trained.

    Reductions have one order whatever was trained before, so that a resumed training ends with the bits of an undisturbed
    one: gradients go as one flat tensor, for the buckets of DistributedDataParallel are laid out anew after its first step."""

    def __init__(self) -> None:
        together = distributed.is_available() and distributed.is_initialized()
        self.rank, self.size = (distributed.get_rank(), distributed.get_world_size()) if together else (0, 1)
        # Spent in reductions, waiting for the others included.
        self.seconds = 0.0

    def share(self, rows: torch.Tensor) -> tuple[torch.Tensor, float]:
        """What this process takes of a batch, and the weight of its mean in the mean over processes. A batch of fewer than two
        rows a process is taken whole by all: norms over a batch need two."""
        if self.size == 1 or len(rows) < 2 * self.size:
            return rows, 1.0
        own = rows[self.rank :: self.size]
        return own, self.size * len(own) / len(rows)

    def mine(self, number: int) -> bool:
        """Whether this process does the piece of this number."""
        return number % self.size == self.rank

    def sum(self, value: torch.Tensor) -> torch.Tensor:
        """The sum over processes, the same in all of them."""
        if self.size > 1:
            value = value.clone()
            self.reduce(value)
        return value

    def reduce(self, value: torch.Tensor) -> None:
        began = time.monotonic()
        distributed.all_reduce(value)
        self.seconds += time.monotonic() - began

    def average_gradients(self, module: nn.Module) -> None:
        if self.size > 1:
            self.average([each.grad for each in module.parameters() if each.grad is not None])

    def agree(self, module: nn.Module) -> None:
        """After an epoch: statistics of norms are averaged, and should the last bits of the weights differ between machines,
        those of rank 0 are everybody's."""
        if self.size == 1:
            return
        self.average([each for each in module.buffers() if each.is_floating_point()])
        for each in module.parameters():
            distributed.broadcast(each.data, src=0)

    def average(self, tensors: list[torch.Tensor]) -> None:
        if not tensors:
            return
        flat = torch.cat([each.flatten() for each in tensors])
        self.reduce(flat)
        flat /= self.size
        at = 0
        for each in tensors:
            each.copy_(flat[at : at + each.numel()].view_as(each))
            at += each.numel()

    def gather(self, value: object) -> list:
        """The values of all processes, by rank."""
        if self.size == 1:
            return [value]
        found: list = [None] * self.size
        distributed.all_gather_object(found, value)
        return found


class GroupCheckpoints:
    """Checkpoints that rank 0 reads and writes: all go on at the same epoch, whatever stores their machines see."""

    def __init__(self, kept: Checkpoints, group: Group) -> None:
        self.kept, self.group = kept, group

    def read(self) -> bytes | None:
        found = [self.kept.read() if self.group.rank == 0 else None]
        if self.group.size > 1:
            distributed.broadcast_object_list(found, src=0)
        return found[0]

    def write(self, data: bytes) -> None:
        if self.group.rank == 0:
            self.kept.write(data)

