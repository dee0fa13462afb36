"""How good answers are, and the calibration that makes them say how sure they are: as domain/sentiment measures."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .texts import LABELS

BINS = 15
SEEN_95 = 1.959963984540054


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Calibration:
    """softmax(sign(z)·|z|^power / temperature) of logits z less their mean. Power 1 is temperature scaling (Guo et al. 2017); above
    it, large margins grow and small ones shrink: training on softened labels leaves sure answers too low and unsure ones too high.
    Neither number changes which label is said."""

    temperature: float
    power: float = 1.0

    def powered(self, logits: np.ndarray) -> np.ndarray:
        centred = logits.astype(np.float64) - logits.mean(axis=1, keepdims=True, dtype=np.float64)
        return np.sign(centred) * np.abs(centred) ** self.power


# Of fewer rows a second number would fit what is luck.
ROWS_FOR_POWER = 300
POWERS = tuple(math.exp(math.log(0.5) + step * math.log(8) / 42) for step in range(43))


def fit_calibration(logits: np.ndarray, labels: np.ndarray) -> Calibration:
    """On rows that did not train; [rows, classes] logits or log-probabilities. For each power the temperature of the least negative
    log-likelihood; of the powers whose likelihood is within a standard error of the best one (Breiman et al. 1984), and which these
    rows can't tell apart by it, the one with the least calibration error."""
    if len(labels) < ROWS_FOR_POWER:
        return Calibration(fit_temperature(logits, labels))
    tried = []
    for power in POWERS:
        powered = Calibration(1.0, power).powered(logits)
        temperature = fit_temperature(powered, labels)
        chances = softmax(powered, temperature)
        tried.append((Calibration(temperature, power), losses_of(chances, labels), error_of(chances, labels)))
    _, least, _ = min(tried, key=lambda each: each[1].mean())
    alike = [each for each in tried if each[1].mean() - least.mean() <= (each[1] - least).std() / math.sqrt(len(labels))]
    return min(alike, key=lambda each: each[2])[0]


def error_of(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The one number that minimises the negative log-likelihood (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(softmax(logits, math.exp(log_temperature)), labels)

    return math.exp(golden_section(loss, math.log(0.05), math.log(50.0)))


def negative_log_likelihood(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(losses_of(probabilities, labels).mean())


def losses_of(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return -np.log(probabilities[np.arange(len(labels)), labels] + 1e-12)


def golden_section(loss: Callable[[float], float], low: float, high: float, *, width: float = 1e-4) -> float:
    """Where a function with one valley is least, to half of `width`."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > width:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = loss(right)
    return (low + high) / 2


def measure(probabilities: np.ndarray, labels: np.ndarray, threshold: float) -> dict:
    """Members as in today's model.json; `abstention` tells the accuracy of the surest answers by share answered."""
    n, classes = len(labels), len(LABELS)
    said, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    hits = said == labels
    confusion = np.zeros((classes, classes), dtype=int)
    np.add.at(confusion, (labels, said), 1)
    answered = sure >= threshold
    return {
        "n": n,
        "accuracy": float(hits.mean()),
        "wilson95": list(wilson(int(hits.sum()), n)),
        "majority": float(confusion.sum(axis=1).max() / n),
        "macroF1": macro_f1(confusion),
        "ece": calibration_error(sure, hits),
        "reliability": reliability(sure, hits),
        "confusion": confusion.tolist(),
        "answered": float(answered.mean()),
        "accuracyAnswered": float(hits[answered].mean()) if answered.any() else 0.0,
        "abstention": abstention_curve(sure, hits),
    }


def macro_f1(confusion: np.ndarray) -> float:
    """Mean of the classes' F1; a class that neither occurs nor is said counts 0."""
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float((2 * confusion.diagonal() / np.maximum(both, 1)).mean())


def calibration_error(sure: np.ndarray, hits: np.ndarray) -> float:
    """Expected calibration error over equal bins of the largest probability."""
    return sum(own["n"] * abs(own["confidence"] - own["accuracy"]) for own in reliability(sure, hits)) / len(sure)


def reliability(sure: np.ndarray, hits: np.ndarray) -> list[dict]:
    """The bins of the calibration error that hold answers: how many, how sure they were and how many were right."""
    at = np.minimum(BINS - 1, (sure * BINS).astype(int))
    bins = [at == index for index in range(BINS)]
    return [{"n": int(own.sum()), "confidence": float(sure[own].mean()), "accuracy": float(hits[own].mean())} for own in bins if own.any()]


def abstention_curve(sure: np.ndarray, hits: np.ndarray) -> list[dict]:
    """Accuracy where the least sure are left out, and the probability from which that many are answered."""
    order = np.argsort(-sure, kind="stable")
    curve = []
    for share in (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5):
        kept = order[: max(1, round(share * len(order)))]
        curve.append({"answered": share, "from": float(sure[kept[-1]]), "accuracy": float(hits[kept].mean())})
    return curve


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    share, square = hits / n, SEEN_95**2 / n
    middle = (share + square / 2) / (1 + square)
    reach = SEEN_95 / (1 + square) * math.sqrt(share * (1 - share) / n + square / (4 * n))
    return middle - reach, middle + reach
