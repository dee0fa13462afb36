"""torch.compile where there is a compiler; without one, training goes on as it is and says so."""

from collections.abc import Callable

import torch
from torch import nn


def compiled(module: nn.Module, trial: Callable[[nn.Module], None]) -> tuple[nn.Module | None, str | None]:
    """The compiled module, or None and why not. `trial` runs it forward and backward once, for compiling is lazy; the
    module's weights and statistics are then as they were."""
    before = {name: value.detach().clone() for name, value in module.state_dict().items()}
    module.train()
    made = torch.compile(module, dynamic=False)
    try:
        trial(made)
    except Exception as error:
        # Whatever the compiler, its driver or a toolchain raises: the training can do without.
        torch._dynamo.reset()
        return None, f"torch.compile was asked for but cannot be used here ({reason(error)}); trained without"
    finally:
        module.load_state_dict(before)
    return made, None


def reason(error: Exception) -> str:
    first = str(error).strip().splitlines()
    return f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__
