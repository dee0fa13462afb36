"""Specs, tables, windows and measures of series, and the commands over them."""

import gzip
import json

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import torch

from finsight_ml.__main__ import main
from finsight_ml.errors import InvalidInputError
from finsight_ml.series.command import run
from finsight_ml.series.measuring import persistence_errors, seasonal_errors
from finsight_ml.series.rates import rate_at
from finsight_ml.series.reading import read_series
from finsight_ml.series.spec import spec_of
from finsight_ml.series.windows import windows_of

ROWS = 400
SPLIT = [240, 80, 80]


def values_of(rows=ROWS):
    hours = np.arange(rows)
    noise = np.random.default_rng(1).normal(size=(rows, 2)) * 0.1
    return np.stack([10 + 3 * np.sin(hours * np.pi / 12), np.cos(hours * np.pi / 6)], axis=1) + noise


def lines_of(values=None):
    values = values_of() if values is None else values
    times = np.datetime64("2026-01-01T00:00:00") + np.arange(len(values)).astype("timedelta64[h]")
    return ["time,a,b", *(f"{str(t).replace('T', ' ')},{a},{b}" for t, (a, b) in zip(times, values, strict=True))]


def given(**changes):
    base = {
        "data": "table.csv", "timeColumn": "time", "split": SPLIT, "lookBack": 24, "horizon": 8, "model": {"name": "dlinear", "params": {}},
        "training": {"epochs": 4, "batchSize": 32, "learningRate": 0.02}, "seed": 3,
    }  # fmt: skip
    return {**base, **changes}


def write(folder, lines=None, **changes):
    (folder / "table.csv").write_text("\n".join(lines or lines_of()) + "\n")
    path = folder / "spec.json"
    path.write_text(json.dumps(given(**changes)))
    return path


def spec_in(folder, **changes):
    write(folder)
    return spec_of(given(**changes), folder=folder)


def read(spec):
    return read_series(spec.data, time_column=spec.time_column, columns=spec.columns, rows=sum(spec.split))


def test_train_and_evaluate_print_one_json_line(tmp_path, capsys):
    path = write(tmp_path)
    assert main(["train", str(path)]) == 0
    trained = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert trained["testMse"] < trained["baselines"]["persistence"]["testMse"]
    assert trained["baselines"]["seasonalNaive"]["season"] == 24
    assert trained["windows"] == {"train": 240 - 31, "validation": 73, "test": 73}
    assert trained["epochs"] == 4 and trained["dropLast"]["test"] is False
    assert main(["evaluate", str(path)]) == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {**again, "directory": ""} == {**trained, "directory": ""}
    assert main(["evaluate", str(path), "--seed", "4"]) == 2
    assert "run train first" in capsys.readouterr().err


def test_trees_forecast_series_and_go_on_after_a_kill(tmp_path, monkeypatch):
    spec = spec_in(tmp_path, model={"name": "lightgbm", "params": {"trees": 20, "least_rows": 5}}, training={"learningRate": 0.1})
    calm = run(spec, tmp_path / "calm", trains=True)
    assert calm["testMse"] < calm["baselines"]["persistence"]["testMse"]
    assert run(spec, tmp_path / "calm", trains=False)["testMse"] == calm["testMse"]
    from finsight_ml.series import trees

    grown = trees.grown

    def killed(of, inputs, target, step):
        if step == 5:
            raise KeyboardInterrupt
        return grown(of, inputs, target, step)

    monkeypatch.setattr(trees, "grown", killed)
    with pytest.raises(KeyboardInterrupt):
        run(spec, tmp_path / "killed", trains=True)
    monkeypatch.setattr(trees, "grown", grown)
    assert run(spec, tmp_path / "killed", trains=True)["weightsSha256"] == calm["weightsSha256"]


@pytest.mark.parametrize("model", ["dlinear", "patchtst", "patchtsmixer", "transformer"])
def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(tmp_path, monkeypatch, model):
    training = {"epochs": 3, "batchSize": 32, "averaging": 0.9}
    spec = spec_in(tmp_path, model={"name": model, "params": {"dropout": 0.3} if model != "dlinear" else {}}, training=training)
    calm = run(spec, tmp_path / "calm", trains=True)
    from finsight_ml.series.fitting import Fitting

    epoch = Fitting.epoch

    def killed(self, number):
        if number == 3:
            raise KeyboardInterrupt
        return epoch(self, number)

    monkeypatch.setattr(Fitting, "epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        run(spec, tmp_path / "killed", trains=True)
    monkeypatch.setattr(Fitting, "epoch", epoch)
    resumed = run(spec, tmp_path / "killed", trains=True)
    assert resumed["weightsSha256"] == calm["weightsSha256"]
    assert resumed["testMse"] == calm["testMse"]


def test_an_exploding_loss_keeps_the_last_good_epoch_or_fails_naming_the_rate(tmp_path, capsys):
    path = write(tmp_path, training={"epochs": 4, "batchSize": 16, "learningRate": 9, "schedule": "constant"}, model={"name": "patchtst"})
    lines = lines_of()
    (tmp_path / "table.csv").write_text("\n".join([lines[0], *(f"{each}e30" if 250 < i < 320 else each for i, each in enumerate(lines[1:]))]) + "\n")
    assert main(["train", str(path)]) == 1
    assert "lower learningRate 9" in capsys.readouterr().err


def test_a_later_explosion_leaves_the_best_epoch(tmp_path, monkeypatch):
    from finsight_ml.series.fitting import Fitting

    epoch = Fitting.epoch
    monkeypatch.setattr(Fitting, "epoch", lambda self, number: float("nan") if number == 3 else epoch(self, number))
    told = run(spec_in(tmp_path), tmp_path / "runs", trains=True)
    assert (told["stopped"], told["epochs"], told["bestEpoch"]) == ("diverged", 2, 2)
    assert told["validationMse"] == pytest.approx(told["history"][1]["validationMse"])


def test_memory_that_runs_out_names_the_batch(tmp_path, monkeypatch, capsys):
    from finsight_ml.series import command

    def full(*_, **__):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")

    monkeypatch.setattr(command, "run", full)
    assert main(["train", str(write(tmp_path))]) == 2
    assert '"batchSize" 32; take a smaller one' in capsys.readouterr().err


def test_windows_follow_the_standard_protocol(tmp_path):
    spec = spec_in(tmp_path)
    windows = windows_of(read(spec), spec, torch.device("cpu"))
    values = values_of()
    scaled = (values - values[:240].mean(axis=0)) / values[:240].std(axis=0)
    look_back, future = windows.cut(windows.starts["test"])
    assert look_back.shape == (73, 24, 2) and future.shape == (73, 8, 2)
    np.testing.assert_allclose(look_back[0], scaled[320 - 24 : 320], atol=1e-5)
    np.testing.assert_allclose(future[-1], scaled[392:400], atol=1e-5)
    assert int(windows.starts["train"].max()) + 24 + 8 == 240
    mse, mae = persistence_errors(windows, "test")
    misses = np.stack([scaled[at - 1] - scaled[at : at + 8] for at in range(320, 393)])
    assert mse == pytest.approx((misses**2).mean(), rel=1e-5) and mae == pytest.approx(np.abs(misses).mean(), rel=1e-5)
    season, _ = seasonal_errors(windows, "test", 3)
    misses = np.stack([scaled[[at - 3 + step % 3 for step in range(8)]] - scaled[at : at + 8] for at in range(320, 393)])
    assert season == pytest.approx((misses**2).mean(), rel=1e-5)
    assert seasonal_errors(windows, "test", 25) is None


def test_csv_gz_and_parquet_hold_the_same_series(tmp_path):
    spec = spec_in(tmp_path)
    plain = read(spec)
    (tmp_path / "table.csv.gz").write_bytes(gzip.compress((tmp_path / "table.csv").read_bytes()))
    semicolons = "\ufeff" + "\n".join(lines_of()).replace(",", ";")
    (tmp_path / "other.csv").write_text(semicolons)
    moments = arrow.array(np.datetime64("2026-01-01T00", "ms") + np.arange(ROWS).astype("timedelta64[h]"), arrow.timestamp("ms"))
    parquet.write_table(arrow.table({"time": moments, "a": plain.values[:, 0], "b": plain.values[:, 1]}), tmp_path / "table.parquet")
    for name in ("table.csv.gz", "other.csv", "table.parquet"):
        other = read_series(tmp_path / name, time_column="time", columns=None, rows=ROWS)
        assert other.names == ("a", "b") and other.clock.step_seconds == 3600
        np.testing.assert_array_equal(other.values, plain.values)
    assert read_series(tmp_path / "table.csv", time_column="time", columns=("b",), rows=10).values.shape == (10, 1)


def replaced(row, line):
    lines = lines_of()
    return [*lines[:row], line, *lines[row + 1 :]]


@pytest.mark.parametrize(
    ("lines", "changes", "message"),
    [
        (None, {"timeColumn": "when"}, 'no column "when"; it has: time, a, b'),
        (None, {"columns": ["a", "c"]}, 'no column "c"'),
        (None, {"columns": ["a", "time"]}, "which is not forecast"),
        (None, {"data": "no.csv"}, "cannot be read"),
        (None, {"data": "spec.json"}, "unknown kind; known: .csv"),
        (replaced(7, "2026-01-01 06:00:00,1.5,n/a"), {}, """Column "b" of table.csv has no finite number in row 7, but 'n/a'"""),
        (replaced(7, "2026-01-01 06:00:00,,1"), {}, """Column "a" of table.csv has no finite number in row 7, but ''"""),
        (replaced(7, "2026-01-01 06:00:00,NaN,1"), {}, "no finite number in row 7"),
        (replaced(7, "noon,1,1"), {}, "no ISO time in row 7, but 'noon'"),
        (replaced(7, "2026-01-01 05:00:00,1,1"), {}, "Row 7 of table.csv has the same time as the row before"),
        (replaced(7, "2026-01-01 04:00:00,1,1"), {}, "Row 7 of table.csv has an earlier time than the row before"),
        (lines_of(np.stack([np.ones(ROWS), np.arange(ROWS)], axis=1)), {}, "Column a is constant over the 240 training rows"),
        (None, {"split": [240, 80, 81]}, "has 400 rows; the split needs 401"),
        (None, {"lookBack": 240}, "The train part has 240 rows, fewer than lookBack 240 \\+ horizon 8"),
        (None, {"split": [240, 80, 7]}, "The test part has 7 rows, fewer than horizon 8"),
        (None, {"model": {"name": "oracle"}}, 'Unknown model "oracle"; known: patchtst'),
        (None, {"model": {"name": "dlinear", "params": {"wings": 2}}}, "Unknown parameter wings"),
        (None, {"lookback": 24}, "Unknown key lookback of the spec; known: data"),
        (None, {"training": {"rate": 1}}, 'Unknown key rate of "training"'),
        (None, {"training": {"epochs": 0}}, '"epochs" is a whole number of at least 1'),
        (None, {"training": {"schedule": "none"}}, '"schedule" of "training" is one of oneCycle'),
        (None, {"split": [240, 80]}, '"split" is \\[training, validation, test rows\\]'),
        (["time,a,b"], {}, "has 0 rows"),
    ],
)
def test_wrong_input_is_refused_naming_the_offender(tmp_path, capsys, lines, changes, message):
    path = write(tmp_path, lines, **changes)
    assert main(["train", str(path)]) == 2
    with pytest.raises(InvalidInputError, match=message):
        raise InvalidInputError(capsys.readouterr().err)


def test_other_data_or_another_spec_is_another_run(tmp_path):
    spec = spec_in(tmp_path)
    assert spec.digest("a") != spec.digest("b")
    assert spec.digest("a") != spec_of(given(seed=4), folder=tmp_path).digest("a")
    (tmp_path / "elsewhere").mkdir()
    assert spec.digest("a") == spec_in(tmp_path / "elsewhere").digest("a")


def test_irregular_steps_are_told(tmp_path):
    write(tmp_path)
    lines = lines_of()
    (tmp_path / "table.csv").write_text("\n".join(lines[:200] + lines[201:]))
    assert read_series(tmp_path / "table.csv", time_column="time", columns=None, rows=399).clock.irregular == 1


def test_rates_rise_and_fall_as_their_names_say():
    def rates(name):
        return [rate_at(name, 1.0, epoch=epoch, step=step, per_epoch=10, epochs=10) for epoch in range(1, 11) for step in range(10)]

    assert max(rates("oneCycle")) == pytest.approx(1, abs=0.01) and rates("oneCycle")[0] == pytest.approx(0.04)
    assert rates("oneCycle")[-1] < 1e-5 and rates("cosine")[0] == 1 and rates("cosine")[-1] == pytest.approx(0)
    assert rates("halving")[15] == 0.5 and rates("decay")[29] == 1 and rates("decay")[45] == pytest.approx(0.81)
    assert set(rates("constant")) == {1.0}
