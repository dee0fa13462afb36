"""The machine that a training runs on: device, precision, memory."""

import os
import platform
import resource
from datetime import timedelta

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies import DDPStrategy

from .environment import facts
from .slots import gpu_share


def has_bfloat16() -> bool:
    """Whether this machine computes in bfloat16; without AVX512-BF16 or AMX, emulation is slower than float32."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.cpu._is_avx512_bf16_supported()) if hasattr(torch.cpu, "_is_avx512_bf16_supported") else False


def fabric_for(precision: str) -> Fabric:
    """`auto` takes bfloat16 on GPUs that compute in it, float32 elsewhere: on processors it did not pay."""
    in_bfloat16 = precision == "bfloat16" or (precision == "auto" and torch.cuda.is_available() and has_bfloat16())
    return launched("bf16-mixed" if in_bfloat16 else "32-true")


def launched(precision: str) -> Fabric:
    """One device, or one for each process that torchrun has started: NCCL between GPUs, gloo between processors."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if processes > 1 else 1
    fabric = Fabric(
        accelerator="cuda" if torch.cuda.is_available() else "cpu",
        devices=here,
        num_nodes=processes // here,
        # Whoever watches the processes ends them sooner.
        strategy=DDPStrategy(timeout=timedelta(minutes=10)) if processes > 1 else "auto",
        precision=precision,
    )
    fabric.launch()
    return fabric


def prepare() -> None:
    """Same input, same weights: deterministic kernels, and as many threads as were allowed."""
    # cuBLAS reads it when it starts.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads())
    if torch.cuda.is_available():
        # What is above is an out-of-memory error here, not one of the model that is served from the same card.
        torch.cuda.set_per_process_memory_fraction(gpu_share())
    torch.use_deterministic_algorithms(True)
    # Filling new memory with NaN is for finding faults; it costs some percent of a step.
    torch.utils.deterministic.fill_uninitialized_memory = False


def threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS", "2"))


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and ("can't allocate memory" in text or "out of memory" in text)


def peak_memory_bytes() -> int:
    """The most that this process held since it began, on the GPU too."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
    return held + (torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0)


def environment() -> dict[str, str]:
    """What the same weights on another day depend on."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "threads": str(threads()),
        **facts(),
    }
