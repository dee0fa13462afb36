"""Forecasters by name, one line each."""

from collections.abc import Callable

from . import dlinear, patchtsmixer, patchtst, transformer
from .lightgbm import LightGbm
from .model import Job, Model
from .neural import NetworkKind

MODELS: dict[str, Callable[[Job], Model]] = {
    "patchtst": NetworkKind(patchtst.build),
    "patchtsmixer": NetworkKind(patchtsmixer.build),
    "transformer": NetworkKind(transformer.build),
    "dlinear": NetworkKind(dlinear.build),
    "lightgbm": LightGbm,
}
