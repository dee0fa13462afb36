"""What each process of a training runs: `python -m finsight_ml.distributed.rank <directory>`, started by torchrun."""

import os
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .leaving import leave_with_parent
from .standing import Telling, write_json

if TYPE_CHECKING:
    from ..contracts import TrainRequest
    from ..learning import Checkpoints
    from ..training import Trained

# What a training came to, in the directory of its launch.
OUTCOME = "outcome.pickle"


def main(directory: Path) -> None:
    leave_with_parent()
    rank = int(os.environ["RANK"])
    telling = Telling(rank, directory)

    def work() -> None:
        # Importing PyTorch takes its time; the watcher is to see before that that the process lives.
        from ..objects import FileObjects
        from ..training import ObjectCheckpoints
        from .job import read_launch

        launch = read_launch(directory)
        objects = FileObjects(launch.objects)
        data = objects.get(launch.request.dataset.object)
        trained = trained_here(launch.request, data, ObjectCheckpoints(objects, launch.request.spec_sha256), telling)
        if trained is not None:
            draft = directory / f"{OUTCOME}.new"
            draft.write_bytes(pickle.dumps(trained))
            draft.replace(directory / OUTCOME)

    told = attempt(work, rank)
    if told is not None:
        write_json(directory / f"error-{rank}.json", told)
        # A broken process group may wait for the others when it is taken down.
        os._exit(1)
    telling.enter("done")
    telling.write()


def attempt(work: Callable[[], None], rank: int) -> dict | None:
    """None where it went well, else what went wrong."""
    try:
        work()
        return None
    except Exception as error:
        text = str(error).strip() or type(error).__name__
        return {"rank": rank, "type": type(error).__name__, "message": text, "at": time.time()}


def trained_here(request: "TrainRequest", data: bytes, checkpoints: "Checkpoints", telling: Telling) -> "Trained | None":
    """This process's part of a training; what came of it in rank 0, None in the others."""
    from torch import distributed

    from ..contracts import DistributedResult
    from ..machine import threads
    from ..training import finished, prepared

    model, job = prepared(request, data)
    group = model.group
    notes = same_everywhere(group)
    fitted = model.fit(checkpoints, telling.beat)
    telling.enter("finishes")
    ranks = group.gather(figures(group, telling))
    if group.size > 1:
        distributed.destroy_process_group()
    if group.rank > 0:
        return None
    trained = finished(model, job, fitted)
    result = DistributedResult(
        engine=request.training.distributed.engine,
        processes=group.size,
        seconds_per_epoch=sum(each.seconds for each in fitted.history) / len(fitted.history),
        threads=threads(),
        ranks=ranks,
    )
    return replace(trained, distributed=result, notes=[*trained.notes, *notes], peak_memory_bytes=max(each["peak_memory_bytes"] for each in ranks))


def same_everywhere(group) -> list[str]:
    """Raises InvalidInputError where machines have other versions of PyTorch; a note where processors differ."""
    import torch

    from ..environment import facts
    from ..errors import InvalidInputError

    found = group.gather((torch.__version__, facts()["processor"]))
    versions, processors = ({each[place] for each in found} for place in (0, 1))
    if len(versions) > 1:
        raise InvalidInputError(f"The machines have PyTorch {' and '.join(sorted(versions))}; install the same version on all of them")
    if len(processors) > 1:
        return [f"Trained on unlike processors ({', '.join(sorted(processors))}): the last bits of the weights may differ in another training"]
    return []


def figures(group, telling: Telling) -> dict:
    import torch

    from ..machine import peak_memory_bytes

    return {
        "rank": group.rank,
        "host": telling.standing.host,
        "peak_memory_bytes": peak_memory_bytes(),
        "reducing_seconds": None if torch.cuda.is_available() else group.seconds,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
