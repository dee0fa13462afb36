"""Forecasts that are linear in the past of one series: how the statistical baselines are applied and exported."""

from dataclasses import dataclass

import numpy as np
from onnx import helper

from .trees import graph_file


@dataclass(frozen=True)
class Linear:
    """`weights` [look_back, steps] and `bias` [steps], float64: a window's future is `window @ weights + bias`."""

    weights: np.ndarray
    bias: np.ndarray

    def __call__(self, windows: np.ndarray) -> np.ndarray:
        """[n, look_back] → [n, steps], float64."""
        return windows.astype(np.float64) @ self.weights + self.bias


def linear_file(
    rule: Linear, *, offsets: np.ndarray, channel: int, features: int, main: int
) -> bytes:
    """`features` [batch, look_back, features] → `target`, `path`: the rule on one channel, and `offsets` [horizons, outputs]
    (the mean's 0) added to it."""
    look_back, horizons = rule.weights.shape
    outputs = offsets.shape[1]
    steps = [
        helper.make_node("Gather", ["features", "channel"], ["series"], axis=2),
        helper.make_node("MatMul", ["series", "weights"], ["moved"]),
        helper.make_node("Add", ["moved", "bias"], ["mean"]),
        helper.make_node("Unsqueeze", ["mean", "behind"], ["means"]),
        helper.make_node("Add", ["means", "offsets"], ["path"]),
        helper.make_node("Gather", ["mean", "main"], ["target"], axis=1),
    ]
    constants = {
        "channel": channel,
        "main": main,
        "behind": [2],
        "weights": rule.weights.astype(np.float32),
        "bias": rule.bias.astype(np.float32),
        "offsets": offsets[None].astype(np.float32),
    }
    return graph_file(steps, constants, inputs=["batch", look_back, features], path=["batch", horizons, outputs])
