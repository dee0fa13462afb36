"""Wall and CPU time, in seconds."""

import time


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def since(began: tuple[float, float], ended: tuple[float, float] | None = None) -> tuple[float, float]:
    wall, cpu = ended or now()
    return wall - began[0], cpu - began[1]
