import pytest
from made_sentiment import make_base, make_sets
from test_serving import RECIPE, request, table_of

from finsight_ml.objects import FileObjects
from finsight_ml.sentiment.contracts import SentimentRequest
from finsight_ml.sentiment.serving import train_sentiment
from finsight_ml.sentiment.trials import train_trial
from finsight_ml.tuning_contracts import SentimentTrialRequest


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("trials")
    make_sets(home / "data")
    make_base(home / "base")
    return home


def asked(home, spec: str) -> SentimentRequest:
    return SentimentRequest.model_validate(request(home, table_of(home), specSha256=spec * 64, recipe={**RECIPE, "epochs": 3}))


def test_a_trial_is_the_beginning_of_the_whole_training(home):
    objects = FileObjects(f"file:{home / 'objects'}")
    calm = train_sentiment(asked(home, "c"), objects)
    wanted = asked(home, "d")
    first = train_trial(SentimentTrialRequest(request=wanted, until_epoch=1), objects)
    whole = train_trial(SentimentTrialRequest(request=wanted, until_epoch=9), objects)
    assert (first.epochs, whole.epochs) == (1, 3)
    assert whole.validation_loss < first.validation_loss
    assert whole.validation_accuracy > 0.7
    # Its checkpoint has gone on since.
    assert train_trial(SentimentTrialRequest(request=wanted, until_epoch=1), objects) == first
    made = train_sentiment(wanted, objects)
    assert made.resumed_at == made.steps
    assert made.onnx.sha256 == calm.onnx.sha256
