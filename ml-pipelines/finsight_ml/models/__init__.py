"""Forecasters by name, one line each."""

from collections.abc import Callable

from . import patchtst
from .lightgbm import LightGbm
from .model import Job, Model
from .neural import NetworkKind

MODELS: dict[str, Callable[[Job], Model]] = {
    "patchtst": NetworkKind(patchtst.build),
    "lightgbm": LightGbm,
}
