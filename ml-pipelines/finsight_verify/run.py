"""One request through one engine: bars from an object, trades into one."""

import json
import time

from finsight_ml.objects import FileObjects

from .contracts import ExternalRequest, ExternalResult, ExternalTrades
from .engines import engine
from .job import read_job


def run_external(request: ExternalRequest, objects: FileObjects) -> ExternalResult:
    """Raises InvalidInputError and DataQualityError."""
    module = engine(request.engine)
    job = read_job(request, objects.get(request.bars), module.COLUMNS)
    started, used = time.perf_counter(), time.process_time()
    outcome = module.run(job)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    trades = ExternalTrades(trades=outcome.trades, refused=outcome.refused)
    ref = objects.put(request.output_key, json.dumps(trades.model_dump(by_alias=True)).encode())
    return ExternalResult(
        engine=request.engine,
        version=module.version(),
        decided=outcome.decided,
        trades=ref,
        final_equity=outcome.final_equity,
        seconds=seconds,
        cpu_seconds=cpu,
    )
