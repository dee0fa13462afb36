import numpy as np
import pytest

from finsight_ml.errors import DataQualityError
from finsight_ml.sentiment.exporting import check
from finsight_ml.sentiment.figures import Calibration, fit_calibration, fit_temperature, measure, softmax

GATES = {"parityMaxAbs": 1e-6, "agreement": 0.99, "accuracyLoss": 0.0}


def test_the_temperature_undoes_overconfidence():
    draw = np.random.default_rng(3)
    true = draw.normal(size=(20_000, 3))
    labels = np.array([draw.choice(3, p=row) for row in softmax(true)])
    assert fit_temperature(true * 2.5, labels) == pytest.approx(2.5, rel=0.05)
    assert measure(softmax(true * 2.5, 2.5), labels, 0.5)["ece"] < 0.015
    assert measure(softmax(true * 2.5), labels, 0.5)["ece"] > 0.1


def test_the_power_undoes_softened_labels():
    draw = np.random.default_rng(5)
    logits = draw.normal(size=(20_000, 3))
    # Where margins were pressed together the surest are too low and the unsure too high.
    true = Calibration(0.4, 2.5)
    labels = np.array([draw.choice(3, p=row) for row in softmax(true.powered(logits), true.temperature)])
    found = fit_calibration(logits, labels)
    assert (found.power, found.temperature) == (pytest.approx(2.5, rel=0.1), pytest.approx(0.4, rel=0.1))
    assert measure(softmax(found.powered(logits), found.temperature), labels, 0.5)["ece"] < 0.015
    assert measure(softmax(logits, fit_temperature(logits, labels)), labels, 0.5)["ece"] > 0.03
    assert (found.powered(logits).argmax(axis=1) == logits.argmax(axis=1)).all()


def test_few_rows_fit_a_temperature_only():
    draw = np.random.default_rng(7)
    logits = draw.normal(size=(250, 3))
    labels = np.array([draw.choice(3, p=row) for row in softmax(logits)])
    assert fit_calibration(logits, labels) == Calibration(fit_temperature(logits, labels))


def test_figures_by_hand():
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.4, 0.3, 0.3], [0.1, 0.2, 0.7]])
    found = measure(probabilities, np.array([0, 1, 2, 2]), 0.5)
    assert found["accuracy"] == 0.75
    assert found["confusion"] == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert found["macroF1"] == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert found["answered"] == 0.75
    assert found["accuracyAnswered"] == 1.0
    assert found["abstention"][-1] == {"answered": 0.5, "from": 0.7, "accuracy": 1.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parityMaxAbs": 2e-4}, "differs from PyTorch"),
        ({"parityMaxAbs": float("nan")}, "differs from PyTorch"),
        ({"agreement": 0.9}, "answers like float32"),
        ({"accuracyLoss": 0.02}, "loses"),
    ],
)
def test_a_gate_not_passed_is_named(changes, message):
    with pytest.raises(DataQualityError, match=message):
        check({**GATES, **changes})


def test_gates_passed_are_silent():
    check(GATES)
