"""A small dataset whose target follows its first feature, and a request for it."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from finsight_ml.contracts import TrainRequest
from finsight_ml.objects import FileObjects

TRAINING = {
    "maxEpochs": 3,
    "patience": 3,
    "batchSize": 64,
    "learningRate": 0.01,
    "seed": 1,
    "precision": "float32",
    "gradientClip": 1.0,
    "compile": False,
    "quantiles": [0.1, 0.5, 0.9],
}
LOOK_BACK, ROWS, FEATURES = 32, 400, ["a", "b", "c"]


def table(**changes) -> bytes:
    random = np.random.default_rng(7)
    features = {name: random.normal(size=ROWS).astype(np.float32) for name in FEATURES}
    split = np.full(ROWS, -1, dtype=np.int32)
    split[LOOK_BACK:250], split[260:320], split[330:390] = 0, 1, 2
    target = 0.8 * features["a"].astype(np.float64) + 0.1 * random.normal(size=ROWS)
    columns = {"time": np.arange(ROWS), "stream": np.zeros(ROWS, np.int32), "split": split, "target": target, **features, **changes}
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def request(objects: FileObjects, *, data: bytes | None = None, **changes) -> TrainRequest:
    ref = objects.put("datasets/made.parquet", data if data is not None else table())
    return TrainRequest.model_validate(
        {
            "kind": "patchtst",
            "name": "made",
            "specSha256": "b" * 64,
            "dataset": {
                "object": ref.model_dump(by_alias=True),
                "rows": ROWS,
                "streams": ["binance/BTC-USDT/1h"],
                "features": FEATURES,
                "featureVersion": "f1",
                "lookBack": LOOK_BACK,
                "horizonBars": 1,
                "horizons": [1],
            },
            "params": {"d_model": 8, "layers": 1, "heads": 2, "feed_forward": 16, "patch": 8, "stride": 8},
            **changes,
            "training": {**TRAINING, **changes.get("training", {})},
        }
    )
