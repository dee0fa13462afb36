"""Forecasters by name, one line each."""

from .patchtst import PatchTstForecaster

MODELS = {
    "patchtst": PatchTstForecaster,
}
