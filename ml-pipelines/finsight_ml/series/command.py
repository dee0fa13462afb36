"""`python -m finsight_ml train spec.json` and `… evaluate spec.json`."""

import argparse
import hashlib
import json
import math
import platform
from pathlib import Path

import torch
from torch import nn

from ..errors import InvalidInputError
from ..machine import is_out_of_memory, threads
from .fitting import Fitting, State, read_checkpoint
from .measuring import forecast_errors, persistence_errors, seasonal_errors
from .networks import network_of
from .reading import Series, read_series
from .spec import Spec, read_spec
from .trees import Trees, fit_trees
from .windows import Windows, windows_of


def parser(verb: str) -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog=f"python -m finsight_ml {verb}", description=__doc__)
    root.add_argument("spec", type=Path, help="a JSON file with data, timeColumn, split, lookBack, horizon, model (docs/forecasting-series.md)")
    root.add_argument("--data", type=Path, help="in place of the spec's data")
    root.add_argument("--out", type=Path, help="directory of the runs (default: <spec without .json>.runs beside the spec)")
    root.add_argument("--seed", type=int, help="in place of the spec's seed")
    return root


def main(verb: str, arguments: list[str]) -> int:
    """The last line on stdout is the result as one JSON object; epochs go to stderr as they end."""
    options = parser(verb).parse_args(arguments)
    torch.set_num_threads(threads())
    torch.use_deterministic_algorithms(True, warn_only=True)
    spec = read_spec(options.spec, data=options.data, seed=options.seed)
    out = options.out or options.spec.with_name(f"{options.spec.stem}.runs")
    try:
        told = run(spec, out, trains=verb == "train")
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise InvalidInputError(f'Memory ran out with "batchSize" {spec.training.batchSize}; take a smaller one') from error
    print(json.dumps(told, allow_nan=False))
    return 0


def run(spec: Spec, out: Path, *, trains: bool) -> dict:
    """Trains, or takes the trained weights of the same spec and data, and measures. Raises InvalidInputError for what
    cannot be right, DataQualityError where no epoch had a finite loss."""
    series = read_series(spec.data, time_column=spec.time_column, columns=spec.columns, rows=sum(spec.split))
    device = device_of(spec.training.device)
    windows = windows_of(series, spec, device)
    torch.manual_seed(spec.seed)
    network = Trees(spec) if spec.model == "lightgbm" else network_of(spec, len(series.names)).to(device)
    digest = spec.digest(series.sha256)
    checkpoint = out / digest[:16] / "checkpoint.pt"
    if not trains:
        state = trained(network, checkpoint, digest, device)
    elif isinstance(network, Trees):
        state = fit_trees(network, windows, digest=digest, checkpoint=checkpoint)
    else:
        state = Fitting(network, windows, spec, digest=digest, checkpoint=checkpoint).run()
    network.eval()
    told = {**measures_of(network, windows, spec, series), **story_of(state, windows, spec)}
    return {**told, **facts_of(network, series, spec), "device": str(device), "digest": digest, "directory": str(checkpoint.parent)}


def trained(network: nn.Module, checkpoint: Path, digest: str, device: torch.device) -> State:
    if not checkpoint.exists():
        raise InvalidInputError(f"No trained weights of this spec and data at {checkpoint}; run train first, with the same --out and --seed")
    state = State(**read_checkpoint(checkpoint, digest, device)["state"])
    if state.best_weights is None:
        raise InvalidInputError(f"The training at {checkpoint} has no epoch with a finite loss")
    network.load_state_dict(state.best_weights)
    return state


def measures_of(network: nn.Module, windows: Windows, spec: Spec, series: Series) -> dict:
    test_mse, test_mae = forecast_errors(network, windows, "test")
    validation_mse, validation_mae = forecast_errors(network, windows, "validation")
    season = spec.season or series.clock.season()
    naive = {"persistence": persistence_errors(windows, "test")}
    naive["seasonalNaive"] = seasonal_errors(windows, "test", season) if season else None
    baselines = {name: None if each is None else {"testMse": each[0], "testMae": each[1]} for name, each in naive.items()}
    if baselines["seasonalNaive"] is not None:
        baselines["seasonalNaive"]["season"] = season
    return {
        "testMse": test_mse,
        "testMae": test_mae,
        "validationMse": validation_mse,
        "validationMae": validation_mae,
        "baselines": baselines,
    }


def story_of(state: State, windows: Windows, spec: Spec) -> dict:
    seconds = math.fsum(each["seconds"] for each in state.history)
    per_epoch = len(windows.starts["train"]) // spec.training.batchSize * spec.training.batchSize or len(windows.starts["train"])
    training = math.fsum(each["trainSeconds"] for each in state.history)
    return {
        "epochs": len(state.history),
        "bestEpoch": state.best_epoch,
        "stopped": state.stopped,
        "finished": state.stopped is not None,
        "seconds": seconds,
        "samplesPerSecond": len(state.history) * per_epoch / training if training else None,
        "windows": {part: len(starts) for part, starts in windows.starts.items()},
        "history": [{name: each[name] for name in ("epoch", "trainLoss", "validationMse")} for each in state.history],
    }


def facts_of(network: nn.Module, series: Series, spec: Spec) -> dict:
    clock = series.clock
    return {
        "model": {"name": spec.model, "params": spec.params},
        "lookBack": spec.look_back,
        "horizon": spec.horizon,
        "seed": spec.seed,
        # The short last batch of an epoch's order; test and validation measure every window.
        "dropLast": {"train": True, "validation": False, "test": False},
        "rows": {"total": series.total_rows, **dict(zip(("train", "validation", "test"), spec.split, strict=True))},
        "columns": list(series.names),
        "times": {"first": clock.first, "last": clock.last, "stepSeconds": clock.step_seconds, "irregularSteps": clock.irregular},
        "parameters": network.leaves() if isinstance(network, Trees) else sum(each.numel() for each in network.parameters()),
        "weightsSha256": weights_sha256(network),
        "dataSha256": series.sha256,
        "environment": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "machine": f"{platform.system()} {platform.machine()}",
            "threads": torch.get_num_threads(),
        },
    }


def weights_sha256(network: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}\n".encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def device_of(wanted: str) -> torch.device:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InvalidInputError('"device" of "training" is cuda, but this machine has none; take auto or cpu')
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")
