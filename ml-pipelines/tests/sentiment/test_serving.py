import json

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from made_sentiment import make_base, make_sets
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from finsight_ml.objects import FileObjects
from finsight_ml.sentiment.preparing import prepare
from finsight_ml.sentiment.reading import TEST, TRAIN, VALIDATION
from finsight_ml.sentiment.sets import SHIPPABLE
from finsight_ml.sentiment.texts import LABELS
from finsight_ml.worker import train_sentiment

RECIPE = {
    "epochs": 6,
    "batchSize": 16,
    "microBatchSize": 8,
    "learningRate": 0.003,
    "layerDecay": 0.9,
    "labelSmoothing": 0.05,
    "dropout": 0.1,
    "frozenLayers": 0,
    "precision": "32-true",
    "checkpointSeconds": 60,
    "seed": 7,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("serving")
    make_sets(home / "data")
    make_base(home / "base")
    return home


def table_of(home) -> pa.Table:
    prepared = prepare(home / "data", list(SHIPPABLE), seed=1)
    parts = ((prepared.train, TRAIN), (prepared.held, VALIDATION), (prepared.test, TEST))
    rows = [(each, split) for examples, split in parts for each in examples]
    return pa.table(
        {
            "text": [each.text for each, _ in rows],
            "target": [each.target or "" for each, _ in rows],
            "label": [LABELS[each.label] for each, _ in rows],
            "set": [each.set for each, _ in rows],
            "fold": [each.fold for each, _ in rows],
            "split": [split for _, split in rows],
            "weight": [each.weight for each, _ in rows],
            "weak": [0 for _ in rows],
        }
    )


def request(home, table: pa.Table, **changes) -> dict:
    objects = FileObjects(f"file:{home / 'objects'}")
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    ref = objects.put("datasets/made.parquet", sink.getvalue().to_pybytes())
    dataset = {"object": ref.model_dump(by_alias=True), "rows": {"train": 1, "validation": 1, "test": 1}, "nearDuplicates": 0, "sets": ["sentfin"]}
    given = {"name": "made", "specSha256": "b" * 64, "base": str(home / "base"), "dataset": dataset, "recipe": RECIPE, "maxTokens": 64}
    return {**given, **changes}


def test_the_step_answers_by_the_contract_and_stores_what_it_names(made, monkeypatch):
    monkeypatch.setenv("OBJECTS_URL", f"file:{made / 'objects'}")
    result = ActivityEnvironment().run(train_sentiment, request(made, table_of(made)))
    objects = FileObjects(f"file:{made / 'objects'}")
    described = json.loads(objects.path(result["description"]["key"]).read_text())
    assert described["sha256"] == result["onnx"]["sha256"]
    assert result["gates"]["parityMaxAbs"] <= 1e-4
    figures = {(each["set"], each["part"]): each for each in result["figures"]}
    assert figures["sentfin", "test fold"]["accuracy"] > 0.8


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("label", "mixed", 'A row labelled "mixed"'),
        ("weight", float("nan"), "weights finite"),
        ("text", "", "texts not empty"),
    ],
)
def test_rows_that_cannot_train_are_final_errors(made, monkeypatch, column, values, message):
    monkeypatch.setenv("OBJECTS_URL", f"file:{made / 'objects'}")
    table = table_of(made)
    broken = table.set_column(table.column_names.index(column), column, [[values] * len(table)])
    with pytest.raises(ApplicationError, match=message) as raised:
        ActivityEnvironment().run(train_sentiment, request(made, broken))
    assert raised.value.non_retryable


def test_a_table_without_a_column_is_named(made, monkeypatch):
    monkeypatch.setenv("OBJECTS_URL", f"file:{made / 'objects'}")
    with pytest.raises(ApplicationError, match="missing: split"):
        ActivityEnvironment().run(train_sentiment, request(made, table_of(made).drop_columns(["split"])))
