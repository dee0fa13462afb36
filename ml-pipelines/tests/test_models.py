import dataclasses

import lightgbm
import numpy as np
import onnxruntime
import pytest
import torch

from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.export import parity
from finsight_ml.learning import NoCheckpoints
from finsight_ml.losses import constants, path_loss, uncrossed
from finsight_ml.models import MODELS
from finsight_ml.models.rules import DEFAULTS, series_rule
from finsight_ml.models.check import check_model, made_job
from finsight_ml.models.smoothing import fitted, smoothing_rule
from finsight_ml.models.trees import float32_below


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_forecaster_fits_repeats_resumes_and_exports(name):
    checked = check_model(name)
    assert checked.parity <= 1e-5
    assert np.isfinite(checked.validation_loss)


def test_an_unknown_forecaster_is_named_with_the_known_ones():
    with pytest.raises(InvalidInputError, match='Unknown model "oracle"; known: patchtst'):
        check_model("oracle")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_unknown_parameters_are_named(name):
    job = dataclasses.replace(made_job(name), params={"wings": 2})
    with pytest.raises(InvalidInputError, match="wings"):
        MODELS[name](job)


@pytest.mark.parametrize("name", ["lightgbm", "ar1", "dlinear"])
def test_a_mean_alone_and_one_quantile_are_exported(name):
    for levels in ([], [0.9]):
        job = made_job(name)
        job = dataclasses.replace(job, training=job.training.model_copy(update={"quantiles": levels, "max_epochs": 1}))
        model = MODELS[name](job)
        model.fit(NoCheckpoints(), lambda _: None)
        windows = job.matrix.windows(job.validation_rows[:5])
        path = model.predict(windows)
        assert path.shape == (5, 3, 1 + len(levels))
        assert parity(model.export(), windows.numpy(), path, main=1) <= 1e-5


def test_a_window_gets_the_same_answer_alone_and_among_others():
    job = made_job("lightgbm")
    model = MODELS["lightgbm"](job)
    model.fit(NoCheckpoints(), lambda _: None)
    session = onnxruntime.InferenceSession(model.export(), providers=["CPUExecutionProvider"])
    windows = job.matrix.windows(job.validation_rows[:7]).numpy()
    together = session.run(["path"], {"features": windows})[0]
    alone = np.concatenate([session.run(["path"], {"features": windows[i : i + 1]})[0] for i in range(7)])
    # Trees are added up in another order for one window: the last bit may differ.
    assert np.abs(together - alone).max() <= 1e-6


def test_float32_thresholds_decide_as_the_float64_ones_do():
    random = np.random.default_rng(1)
    values = random.normal(size=5000).astype(np.float32)
    thresholds = np.concatenate([random.normal(size=500), values[:500].astype(np.float64), [0.0, 1e-35, -1e-35, 3e38]])
    for threshold in thresholds:
        below = np.float32(float32_below(threshold))
        assert np.array_equal(values.astype(np.float64) <= threshold, values <= below)


def test_trees_on_features_that_stand_on_their_thresholds_stay_equal():
    job = made_job("lightgbm")
    # Few distinct values: thresholds lie between neighbours, samples often on them.
    matrix = dataclasses.replace(job.matrix, features=(job.matrix.features * 4).round() / 4 + 0.1)
    job = dataclasses.replace(job, matrix=matrix)
    model = MODELS["lightgbm"](job)
    model.fit(NoCheckpoints(), lambda _: None)
    windows = matrix.windows(job.train_rows)
    assert parity(model.export(), windows.numpy(), model.predict(windows), main=1) <= 1e-5


def test_more_boosters_than_can_be_served_are_refused():
    job = made_job("lightgbm")
    matrix = dataclasses.replace(job.matrix, horizons=list(range(1, 97)), targets=torch.zeros(1000, 96))
    with pytest.raises(InvalidInputError, match="576 boosters for 96 horizons.*at most 200"):
        MODELS["lightgbm"](dataclasses.replace(job, matrix=matrix))


def test_one_block_of_trees_is_what_lightgbm_itself_learns():
    job = made_job("lightgbm")
    job = dataclasses.replace(job, params={"trees": 5}, training=job.training.model_copy(update={"max_epochs": 1, "quantiles": []}))
    model = MODELS["lightgbm"](job)
    inputs = model.columns(job.train_rows)
    target = job.matrix.targets[job.train_rows, 0].numpy()
    model.fit(NoCheckpoints(), lambda _: None)
    params = lightgbm.Booster(model_str=model.blocks[0][0]).params
    booster = lightgbm.Booster(
        {**params, "verbose": -1}, lightgbm.Dataset(inputs, target, init_score=np.full(len(target), model.base[0, 0]), params={"max_bin": 63})
    )
    for _ in range(5):
        booster.update()
    ours = model.predict(job.matrix.windows(job.train_rows))[:, 0, 0]
    assert np.allclose(booster.predict(inputs, raw_score=True) + model.base[0, 0], ours, atol=1e-6)


def test_the_loss_of_the_unconditional_forecast_is_least_among_constants():
    targets = torch.from_numpy(np.random.default_rng(2).gamma(2.0, size=(500, 2)).astype(np.float32))
    levels = torch.tensor([0.1, 0.5, 0.9])
    found = constants(targets, levels)
    assert np.allclose(found[0, 1:], np.quantile(targets[:, 0].numpy(), [0.1, 0.5, 0.9]), atol=1e-5)
    loss = lambda figures: float(path_loss(figures.expand(500, -1, -1), targets, levels))  # noqa: E731
    for figure in range(1, 4):
        for step in (-0.2, 0.2):
            moved = found.clone()
            moved[:, figure] += step
            assert loss(moved) > loss(found)


def test_sorting_quantiles_never_costs():
    random = torch.Generator().manual_seed(3)
    path, targets = torch.randn(200, 2, 4, generator=random), torch.randn(200, 2, generator=random)
    levels = torch.tensor([0.1, 0.5, 0.9])
    assert float(path_loss(uncrossed(path), targets, levels)) <= float(path_loss(path, targets, levels))
    assert torch.equal(uncrossed(path)[..., 0], path[..., 0])


def test_rules_of_raw_series():
    series = np.arange(100.0) * 2 + 5
    window = series[None, -48:]
    rule = lambda name, **params: series_rule(name, series, look_back=48, steps=3, params=params)(window)[0]  # noqa: E731
    assert rule("persistence").tolist() == [203.0] * 3
    assert np.allclose(rule("drift"), [205, 207, 209])
    assert np.allclose(rule("seasonal_naive", season=2), [201, 203, 201])
    assert set(DEFAULTS) == {"persistence", "drift", "seasonal_naive", "ar1", "ets"}
    with pytest.raises(InvalidInputError, match="Season 50"):
        rule("seasonal_naive", season=50)


def test_ar1_finds_the_coefficient_of_a_made_series():
    random = np.random.default_rng(4)
    series = np.zeros(3000)
    for row in range(1, 3000):
        series[row] = 1.0 + 0.6 * series[row - 1] + random.normal()
    found = series_rule("ar1", series, look_back=8, steps=2, params={})
    assert found.weights[-1] == pytest.approx([0.6, 0.36], abs=0.05)
    assert found.bias[0] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("season", [1, 12])
def test_smoothing_forecasts_what_statsforecast_does(season):
    from statsforecast.models import AutoETS

    random = np.random.default_rng(6)
    rows = np.arange(400)
    series = 10 + 0.05 * rows + 3 * np.sin(2 * np.pi * rows / 12) * (season > 1) + random.normal(size=400)
    theirs = AutoETS(season_length=season, model="AZA" if season > 1 else "AZN").fit(series).predict(h=6)["mean"]
    rule = smoothing_rule(series, look_back=400, steps=6, season=season)
    assert fitted(series, season=season).alpha > 0
    assert np.allclose(rule(series[None])[0], theirs, atol=0.35)


def test_a_baseline_without_returns_is_refused():
    job = made_job("ar1")
    job = dataclasses.replace(job, matrix=dataclasses.replace(job.matrix, names=["a", "b", "c"]))
    with pytest.raises(InvalidInputError, match="return_1"):
        MODELS["ar1"](job)
    still = dataclasses.replace(made_job("ar1").matrix, features=torch.zeros(1000, 3))
    with pytest.raises(DataQualityError, match="never changes"):
        MODELS["ar1"](dataclasses.replace(made_job("ar1"), matrix=still)).fit(NoCheckpoints(), lambda _: None)
