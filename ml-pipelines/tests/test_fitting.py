"""The loop that all learners share, with a learner that is as simple as can be."""

import dataclasses
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from made import request

from finsight_ml.contracts import Training
from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.fitting import fit_epochs
from finsight_ml.learning import Diverged
from finsight_ml.machine import is_out_of_memory
from finsight_ml.models import compiling
from finsight_ml.models.check import TRAINING, Kept, made_job
from finsight_ml.models.neural import NeuralModel
from finsight_ml.models.patchtst import build
from finsight_ml.objects import FileObjects
from finsight_ml.training import train


class Scripted:
    """Says the losses it was told; a number is one for both, an error is raised."""

    reference, samples = 1.0, 512

    def __init__(self, script: list) -> None:
        self.script, self.done, self.sizes = script, 0, []

    def epoch(self, number, batch_size, beat):
        beat({"batch": 0})
        self.sizes.append(batch_size)
        said = self.script[number - 1](batch_size) if callable(self.script[number - 1]) else self.script[number - 1]
        if isinstance(said, Exception):
            raise said
        self.done = number
        return said[0] if isinstance(said, tuple) else said

    def validate(self, batch_size, beat):
        said = self.script[self.done - 1]
        return said[1] if isinstance(said, tuple) else said(batch_size) if callable(said) else said

    def state(self):
        return {"done": self.done}

    def load(self, state):
        self.done = state["done"]

    def snapshot(self):
        return {"done": self.done}

    def keep(self, snapshot):
        self.done = snapshot["done"]


def fit(script, checkpoints=None, **changes):
    learner = Scripted(script)
    training = Training(**{**TRAINING, "max_epochs": len(script), "patience": 2, "batch_size": 64, **changes})
    return fit_epochs(learner, training, checkpoints or Kept(), lambda _: None, name="made"), learner


@pytest.mark.parametrize(
    ("script", "epochs", "best", "stopped"),
    [
        ([0.9, 0.8, 0.7], 3, 3, "finished"),
        ([0.9, 0.5, 0.6, 0.7, 0.1], 4, 2, "early"),
        ([0.9, 0.5, (math.nan, 0.4), 0.3], 2, 2, "diverged"),
        ([0.9, 0.5, (0.4, math.nan), 0.3], 2, 2, "diverged"),
        ([0.9, (10.1, 0.4), 0.3], 1, 1, "diverged"),
        ([0.9, Diverged("the loss is not finite by batch 3 of 9"), 0.3], 1, 1, "diverged"),
        # Norms settle late: a poor validation is no divergence.
        ([(0.9, 50.0), 0.8, 0.7], 3, 3, "finished"),
    ],
)
def test_trainings_end_and_keep_the_best_epoch(script, epochs, best, stopped):
    fitted, learner = fit(script)
    assert (len(fitted.history), fitted.best_epoch, fitted.stopped, learner.done) == (epochs, best, stopped, best)
    assert bool(fitted.notes) == (stopped == "diverged")
    if stopped == "diverged":
        assert f"Stopped in epoch {epochs + 1}" in fitted.notes[0] and f"Epoch {best} is kept" in fitted.notes[0]


def test_a_divergence_before_any_good_epoch_is_an_error():
    with pytest.raises(DataQualityError, match="diverged in epoch 1, before any was good.*lower the learning rate"):
        fit([math.nan, 0.5])


def test_memory_that_runs_out_halves_the_batch_once_and_says_so():
    kept = Kept()
    scarce = lambda size: MemoryError() if size > 40 else 0.5  # noqa: E731
    fitted, learner = fit([0.9, scarce, 0.4], kept)
    assert (fitted.batch_size, learner.sizes, len(fitted.history)) == (32, [64, 64, 32, 32], 3)
    assert fitted.notes == ["Memory ran out with batches of 64; 32 from epoch 2 on"]
    # One that was killed afterwards goes on with the half.
    resumed, learner = fit([0.9, scarce, 0.4], kept)
    assert (resumed.batch_size, learner.sizes) == (32, [])


def test_memory_that_runs_out_twice_is_a_clear_error():
    with pytest.raises(InvalidInputError, match="out of memory with batches of 64 and of 32; take a smaller batchSize"):
        fit([0.9, torch.OutOfMemoryError("CUDA out of memory"), 0.4])


@pytest.mark.parametrize("data", [b"", b"no checkpoint at all"])
def test_a_checkpoint_that_cannot_be_read_starts_the_training_again(data):
    kept = Kept()
    kept.data = data
    fitted, learner = fit([0.9, 0.8], kept)
    assert (len(fitted.history), learner.done) == (2, 2)
    assert "another version" in fitted.notes[0]


def test_a_checkpoint_of_another_network_starts_the_training_again():
    kept, job = Kept(), made_job("patchtst")
    NeuralModel(dataclasses.replace(job, params={"d_model": 8}), build).fit(kept, lambda _: None)
    fitted = NeuralModel(job, build).fit(kept, lambda _: None)
    assert len(fitted.history) == 2 and "another version" in fitted.notes[0]


def test_only_memory_counts_as_memory():
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"))
    assert not is_out_of_memory(RuntimeError("shapes differ"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        fit([RuntimeError("shapes differ")])


def test_a_network_whose_loss_explodes_keeps_its_last_good_epoch():
    job = made_job("patchtst")
    model = NeuralModel(job, build)
    epoch = model.epoch

    def spoiled(number, batch_size, beat):
        if number == 2:
            with torch.no_grad():
                next(model.forecaster.parameters()).fill_(math.nan)
        return epoch(number, batch_size, beat)

    model.epoch = spoiled
    fitted = model.fit(Kept(), lambda _: None)
    assert (fitted.stopped, fitted.best_epoch) == ("diverged", 1)
    assert "not finite by batch 1" in fitted.notes[0]
    assert torch.isfinite(torch.from_numpy(model.predict(job.matrix.windows(job.validation_rows)))).all()


def test_without_a_compiler_a_training_goes_on_and_says_so(monkeypatch):
    def refuse(module, **_):
        def run(windows):
            raise RuntimeError("No working C++ compiler found")

        return run

    monkeypatch.setattr(compiling.torch, "compile", refuse)
    job = made_job("patchtst")
    training = job.training.model_copy(update={"compile": True})
    plain, asked = NeuralModel(job, build), NeuralModel(dataclasses.replace(job, training=training), build)
    plain.fit(Kept(), lambda _: None)
    fitted = asked.fit(Kept(), lambda _: None)
    assert "No working C++ compiler" in fitted.notes[0] and fitted.environment["compiled"] == "false"
    assert all((value == asked.weights()[name]).all() for name, value in plain.weights().items())


def test_bfloat16_learns_and_its_file_computes_in_float32(tmp_path):
    objects = FileObjects(f"file:{tmp_path}")
    result = train(request(objects, training={"precision": "bfloat16"}), objects)
    assert result.environment["precision"] == "bfloat16"
    assert result.parity_max_abs <= 1e-5
    assert result.epochs[-1].validation_loss < result.epochs[0].validation_loss


@pytest.mark.parametrize("kind", ["patchtst", "lightgbm"])
def test_kill_9_in_the_middle_of_an_epoch_changes_nothing(tmp_path, kind):
    calm, other = FileObjects(f"file:{tmp_path}/calm"), FileObjects(f"file:{tmp_path}/other")
    changes = {"kind": kind, "training": {"maxEpochs": 3, "batchSize": 16}}
    changes |= {"params": {"trees": 5}} if kind == "lightgbm" else {}
    expected = train(request(calm, **changes), calm)
    asked = request(other, **changes)
    (tmp_path / "request.json").write_text(asked.model_dump_json(by_alias=True))
    # Tells each batch, so that it can be killed between two.
    program = (
        "import sys, time; from pathlib import Path; from finsight_ml.contracts import TrainRequest;"
        "from finsight_ml.objects import FileObjects; from finsight_ml.training import train;"
        "beat = lambda d: (print(d.get('epoch'), d.get('batch'), flush=True), time.sleep(0.02));"
        f"train(TrainRequest.model_validate_json(Path('{tmp_path}/request.json').read_text()), FileObjects('file:{tmp_path}/other'), beat)"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        for line in process.stdout:
            if line.strip() == "2 1":
                process.send_signal(signal.SIGKILL)
                break
        assert process.wait() == -signal.SIGKILL
    epochs = []
    began = time.monotonic()
    result = train(asked, other, lambda detail: epochs.append(detail["epoch"]))
    assert time.monotonic() - began < 120
    assert set(epochs) == {2, 3}
    assert (result.onnx.sha256, result.weights_sha256) == (expected.onnx.sha256, expected.weights_sha256)
