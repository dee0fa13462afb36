"""An exponential average of the weights: flatter minima, and better calibrated, for one pass over memory a step."""

import torch
from torch import nn

# The average takes the weights every so many steps only: it costs a pass over all of them.
EVERY = 5


class Average:
    """Average over about `span` steps. It starts as a plain mean, so that the untrained weights leave it soon."""

    def __init__(self, network: nn.Module, *, span: int) -> None:
        self.decay = 1 - 1 / max(1.0, span / EVERY)
        self.calls = self.taken = 0
        self.values = [parameter.detach().clone() for parameter in network.parameters()]

    @torch.no_grad()
    def take(self, network: nn.Module) -> None:
        self.calls += 1
        if self.calls % EVERY:
            return
        self.taken += 1
        keep = min(self.decay, self.taken / (self.taken + 1))
        torch._foreach_lerp_(self.values, list(network.parameters()), 1 - keep)

    @torch.no_grad()
    def into(self, network: nn.Module) -> None:
        for parameter, value in zip(network.parameters(), self.values, strict=True):
            parameter.copy_(value)

    def state(self) -> dict:
        return {"values": self.values, "calls": self.calls, "taken": self.taken}

    @torch.no_grad()
    def load(self, state: dict) -> None:
        for value, kept in zip(self.values, state["values"], strict=True):
            value.copy_(kept)
        self.calls, self.taken = state["calls"], state["taken"]
