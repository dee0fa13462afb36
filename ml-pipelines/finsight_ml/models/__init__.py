"""Forecasters by name, one line each."""

from collections.abc import Callable

from . import dlinear, patchtsmixer, patchtst, transformer
from .baselines import BaselineKind
from .lightgbm import LightGbm
from .model import Job, Model
from .neural import NetworkKind

MODELS: dict[str, Callable[[Job], Model]] = {
    "patchtst": NetworkKind(patchtst.build),
    "patchtsmixer": NetworkKind(patchtsmixer.build),
    "transformer": NetworkKind(transformer.build),
    "dlinear": NetworkKind(dlinear.build),
    "lightgbm": LightGbm,
    "persistence": BaselineKind("persistence"),
    "drift": BaselineKind("drift"),
    "seasonal_naive": BaselineKind("seasonal_naive"),
    "ar1": BaselineKind("ar1"),
    "ets": BaselineKind("ets"),
}
