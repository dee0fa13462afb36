import random

import numpy as np
import pytest
from made_sentiment import make_sets

from finsight_ml.errors import InvalidInputError
from finsight_ml.sentiment.augmenting import changed, renamed
from finsight_ml.sentiment.batches import batches
from finsight_ml.sentiment.encoding import load_tokenizer
from finsight_ml.sentiment.preparing import prepare
from finsight_ml.sentiment.sets import SHIPPABLE, pairs_of, share_of
from finsight_ml.sentiment.texts import UNLABELLED, Example, fold_of, near_duplicate_of, similar, words_of


@pytest.mark.parametrize(
    ("left", "right"),
    [("Apple beats, raises outlook!", "apple beats raises outlook"), ("  Ünïted 3.5% ", "n ted 3 5")],
)
def test_a_fold_depends_on_words_alone(left, right):
    assert fold_of(left) == fold_of(right)


def test_fold_and_share_are_those_of_typescript():
    text = "Apple beats, raises outlook!"
    assert (fold_of(text), f"{share_of(text):.6f}") == (4, "0.456340")


def test_near_duplicates_are_those_that_every_pair_compared_would_find():
    draw = random.Random(5)
    words = [f"w{number}" for number in range(40)]
    texts = [" ".join(draw.sample(words, draw.randint(1, 9))) for _ in range(400)]
    apart, asked = texts[:200], texts[200:]
    asked += [f"{text} https://t.co/{number}" for number, text in enumerate(apart[:50])]
    is_near = near_duplicate_of(apart)
    for text in asked:
        assert is_near(text) == any(similar(words_of(text), words_of(other)) for other in apart)


def test_texts_without_words_are_like_no_other():
    assert not near_duplicate_of(["", "!!"])("…")


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ('{"A": "positive", "B": "negative"}', [("A", 2), ("B", 0)]),
        ('[["A", "Positive"], ["A", "Negative"], ["B", "Neutral"]]', [("B", 1)]),
        ("[]", []),
    ],
)
def test_an_asset_with_two_labels_is_left_out(cell, pairs):
    assert pairs_of(cell) == pairs


def test_no_text_of_the_test_fold_nor_its_like_trains(tmp_path):
    make_sets(tmp_path)
    prepared = prepare(tmp_path, list(SHIPPABLE), seed=1)
    assert prepared.train and prepared.held and prepared.test
    is_near = near_duplicate_of({each.text for each in (*prepared.test, *prepared.held)})
    originals = [each for each in prepared.train if each.weight == 1]
    assert not any(is_near(each.text) for each in originals)
    assert {each.fold for each in prepared.test} == {0}
    again = prepare(tmp_path, list(SHIPPABLE), seed=1)
    assert again.train == prepared.train


def test_copies_name_others_and_keep_what_is_said():
    rows = [Example("Acme up, Bolt down", "Acme", 2, "s", 1), Example("Acme up, Bolt down", "Bolt", 0, "s", 1)]
    copies = list(renamed(rows, share=1.0, seed=2))
    assert [each.label for each in copies] == [2, 0]
    assert all(each.weight == 0.5 and each.target in each.text for each in copies)


def test_changed_copies_have_no_label_and_a_pair_keeps_its_name():
    rows = [Example("Acme Corp up on strong sales, Bolt down again", target, 2, "s", 1) for target in (None, "Acme Corp")] * 40
    copies = list(changed(rows, copies=2, seed=5))
    assert len(copies) == 160
    assert all(each.label == UNLABELLED and each.text and each.weight == 0.5 for each in copies)
    assert all("Acme Corp" in each.text for each in copies if each.target)
    known = set(rows[0].text.split())
    assert all(set(each.text.split()) <= known for each in copies)
    assert len({each.text for each in copies}) > 40
    assert copies == list(changed(rows, copies=2, seed=5))
    assert next(changed([Example("Up", None, 2, "s", 1)], copies=1, seed=1)).text.startswith("Up")


def test_batches_hold_every_row_once_and_are_the_same_for_the_same_seed():
    lengths = np.random.default_rng(1).integers(3, 60, 1000)
    made = batches(lengths, size=16, seed=4, epoch=2)
    assert sorted(np.concatenate(made).tolist()) == list(range(1000))
    again = batches(lengths, size=16, seed=4, epoch=2)
    assert all((left == right).all() for left, right in zip(made, again, strict=True))
    spread = np.mean([lengths[batch].max() - lengths[batch].min() for batch in made])
    assert spread < 10


def test_a_base_without_tokenizer_json_is_read_from_its_vocabulary(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "acme", "soars", "http"]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    tokenizer = load_tokenizer(tmp_path, 64)
    assert tokenizer.encode("Acme soars <b> https://t.co/x").tokens == ["[CLS]", "acme", "soars", "http", "[SEP]"]
    with pytest.raises(InvalidInputError, match="No tokenizer in"):
        load_tokenizer(tmp_path / "none", 64)
