import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from finsight_ml.contracts import CONTRACTS as TRAINING
from finsight_ml.contracts import SuggestRequest, SuggestResult, TrainRequest, TrainResult
from finsight_ml.inference.contracts import CONTRACTS as INFERENCE
from finsight_ml.inference.contracts import InferenceRequest, InferenceResult
from finsight_ml.sentiment.contracts import CONTRACTS as SENTIMENT
from finsight_ml.sentiment.contracts import SentimentRequest, SentimentResult
from finsight_ml.tuning_contracts import CONTRACTS as TUNING
from finsight_verify.contracts import CONTRACTS as ENGINES
from finsight_verify.contracts import ExternalRequest, ExternalResult, ExternalTrades

ROOT = Path(__file__).parents[2]
CONTRACTS = TRAINING | SENTIMENT | TUNING | ENGINES | INFERENCE


def shape(schema: dict, definitions: dict) -> object:
    """Members, required ones and kinds: what both sides must agree on."""
    schema = definitions[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if "anyOf" in schema:
        kinds = {shape(each, definitions) for each in schema["anyOf"]}
        return tuple(sorted(kinds - {"integer"} if "number" in kinds else kinds, key=str))
    if schema.get("type") == "object" and "properties" in schema:
        members = {name: shape(each, definitions) for name, each in schema["properties"].items()}
        return tuple(sorted(members.items())), tuple(sorted(schema.get("required", [])))
    if schema.get("type") == "array":
        return "array", shape(schema["items"], definitions)
    if schema.get("type") == "object":
        return "record", shape(schema["additionalProperties"], definitions)
    return tuple(sorted(schema["type"])) if isinstance(schema["type"], list) else schema["type"]


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_contracts_have_the_same_shape_on_both_sides(name):
    theirs = json.loads((ROOT / "ml-pipelines/contracts.json").read_text())
    assert sorted(theirs) == sorted(CONTRACTS)
    ours = CONTRACTS[name].model_json_schema(by_alias=True, mode="validation")
    assert shape(ours, ours.get("$defs", {})) == shape(theirs[name], theirs[name].get("$defs", {}))


def test_golden_examples_are_read_and_written_alike():
    pairs = (
        (TrainRequest, "train-request"),
        (TrainResult, "train-result"),
        (SentimentRequest, "sentiment-request"),
        (SentimentResult, "sentiment-result"),
        (SuggestRequest, "suggest-request"),
        (SuggestResult, "suggest-result"),
        (InferenceRequest, "inference-request"),
        (InferenceResult, "inference-result"),
        (ExternalRequest, "external-request"),
        (ExternalResult, "external-result"),
        (ExternalTrades, "external-trades"),
    )
    for model, name in pairs:
        golden = json.loads((ROOT / f"test/contracts/{name}.json").read_text())
        assert model.model_validate(golden).model_dump(by_alias=True) == golden


def test_unknown_members_are_refused():
    with pytest.raises(ValidationError):
        TrainRequest.model_validate({"gpu": True})
