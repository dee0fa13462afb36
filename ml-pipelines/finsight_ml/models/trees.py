"""Boosted trees as an ONNX file: one TreeEnsembleRegressor that adds up all boosters, each into its own figure."""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
ML_OPSET = 3


@dataclass(frozen=True)
class Ensemble:
    """`base` [horizons, outputs] float64; `blocks[epoch][output]` boosters as text; `places` the rows of a window, in the
    order of the boosters' columns."""

    base: np.ndarray
    blocks: list[list[str]]
    places: list[int]


class Nodes:
    """The node and leaf tables of TreeEnsembleRegressor."""

    def __init__(self) -> None:
        self.trees = 0
        self.columns: dict[str, list] = {
            f"nodes_{name}": []
            for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
        }
        self.leaves: dict[str, list] = {f"target_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")}

    def add(self, tree: dict, output: int) -> None:
        """One tree of LightGBM's dump; nodes get their numbers in the order of the walk."""
        waiting, count = [(tree, None, "")], 0
        while waiting:
            node, parent, side = waiting.pop()
            number, count = count, count + 1
            if parent is not None:
                self.columns[f"nodes_{side}nodeids"][parent] = number
            at = self.node(number, node)
            if "leaf_value" in node:
                self.leaf(number, float(node["leaf_value"]), output)
            else:
                waiting += [(node["right_child"], at, "false"), (node["left_child"], at, "true")]
        self.trees += 1

    def node(self, number: int, node: dict) -> int:
        is_leaf = "leaf_value" in node
        row = {
            "treeids": self.trees,
            "nodeids": number,
            "featureids": 0 if is_leaf else int(node["split_feature"]),
            "values": 0.0 if is_leaf else float32_below(float(node["threshold"])),
            "modes": "LEAF" if is_leaf else "BRANCH_LEQ",
            "truenodeids": 0,
            "falsenodeids": 0,
        }
        for name, value in row.items():
            self.columns[f"nodes_{name}"].append(value)
        return len(self.columns["nodes_treeids"]) - 1

    def leaf(self, number: int, value: float, output: int) -> None:
        for name, each in (("treeids", self.trees), ("nodeids", number), ("ids", output), ("weights", value)):
            self.leaves[f"target_{name}"].append(each)


def float32_below(threshold: float) -> float:
    """The largest float32 that is not above `threshold`: a float32 is at most the one exactly where it is at most the other."""
    near = np.float32(threshold)
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))


def ensemble_file(ensemble: Ensemble, *, look_back: int, features: int, main: int) -> bytes:
    """`features` [batch, look_back, features] → `target` [batch] and `path` [batch, horizons, outputs]."""
    horizons, outputs = ensemble.base.shape
    nodes = Nodes()
    for block in ensemble.blocks:
        for output, text in enumerate(block):
            for tree in dumped(text):
                nodes.add(tree, output)
    if nodes.trees == 0:
        # The operator wants a tree: one that adds nothing.
        nodes.add({"leaf_value": 0.0}, 0)
    steps = [
        helper.make_node("Gather", ["features", "places"], ["rows"], axis=1),
        helper.make_node("Flatten", ["rows"], ["columns"], axis=1),
        helper.make_node(
            "TreeEnsembleRegressor",
            ["columns"],
            ["grown"],
            domain="ai.onnx.ml",
            n_targets=horizons * outputs,
            aggregate_function="SUM",
            post_transform="NONE",
            base_values=[float(np.float32(each)) for each in ensemble.base.ravel()],
            **nodes.columns,
            **nodes.leaves,
        ),
        helper.make_node("Reshape", ["grown", "shape"], ["crossing"]),
        *ascending_steps(outputs),
        helper.make_node("Gather", ["path", "main"], ["at_main"], axis=1),
        helper.make_node("Gather", ["at_main", "mean"], ["target"], axis=1),
    ]
    constants = {"places": ensemble.places, "shape": [0, horizons, outputs], "main": main, "mean": 0}
    constants |= {"first": [1], "second": [2], "end": [outputs], "start": [0], "last": [2], "many": [outputs - 1]}
    return graph_file(steps, constants, inputs=["batch", look_back, features], path=["batch", horizons, outputs])


def ascending_steps(outputs: int) -> list:
    """Sorts the quantiles behind the mean, where there are two or more."""
    if outputs < 3:
        return [helper.make_node("Identity", ["crossing"], ["path"])]
    return [
        helper.make_node("Slice", ["crossing", "start", "first", "last"], ["means"]),
        helper.make_node("Slice", ["crossing", "first", "end", "last"], ["quantiles"]),
        helper.make_node("TopK", ["quantiles", "many"], ["ascending", "order"], axis=2, largest=0, sorted=1),
        helper.make_node("Concat", ["means", "ascending"], ["path"], axis=2),
    ]


def graph_file(steps: list, constants: dict, *, inputs: list, path: list) -> bytes:
    """A checked model of `features` → `target`, `path` with the whole numbers that its steps name."""
    used = {name for step in steps for name in step.input}
    graph = helper.make_graph(
        steps,
        "forecaster",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, inputs)],
        [
            helper.make_tensor_value_info("target", TensorProto.FLOAT, inputs[:1]),
            helper.make_tensor_value_info("path", TensorProto.FLOAT, path),
        ],
        [
            numpy_helper.from_array(np.asarray(value, dtype=np.int64) if not isinstance(value, np.ndarray) else value, name)
            for name, value in constants.items()
            if name in used
        ],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def dumped(text: str) -> list[dict]:
    import lightgbm

    return [each["tree_structure"] for each in lightgbm.Booster(model_str=text).dump_model()["tree_info"]]


def tree_arrays(text: str) -> dict[str, np.ndarray]:
    """What a booster answers by: of each node its column and threshold, of each leaf its value, in the order of the dump."""
    nodes = Nodes()
    for tree in dumped(text):
        nodes.add(tree, 0)
    return {
        "columns": np.asarray(nodes.columns["nodes_featureids"], dtype=np.int64),
        "thresholds": np.asarray(nodes.columns["nodes_values"], dtype=np.float32),
        "left": np.asarray(nodes.columns["nodes_truenodeids"], dtype=np.int64),
        "right": np.asarray(nodes.columns["nodes_falsenodeids"], dtype=np.int64),
        "leaves": np.asarray(nodes.leaves["target_weights"], dtype=np.float64),
    }
