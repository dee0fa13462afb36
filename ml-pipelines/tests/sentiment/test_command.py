import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from made_sentiment import make_base, make_sets
from tokenizers import Tokenizer

from finsight_ml.__main__ import main

ROOT = Path(__file__).parents[2]
FLAGS = ["--batch-size", "16", "--learning-rate", "0.003", "--epochs", "8", "--precision", "32-true", "--checkpoint-seconds", "0"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("sentiment")
    make_sets(home / "data")
    make_base(home / "base")
    return home


def start(home: Path, out: str, *more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "finsight_ml", "sentiment", "train", "--data", str(home / "data"), "--out", str(home / out)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    return subprocess.Popen(
        [*command, "--base", str(home / "base"), *FLAGS, *more], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_training_killed_by_kill_9_goes_on_at_its_step_and_ends_with_the_same_file(made):
    killed = start(made, "killed")
    checkpoint = made / "killed" / ".checkpoints" / "fold-0.pt"
    deadline = time.monotonic() + 100
    while not checkpoint.exists() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    outputs = {}
    for out in ("killed", "calm"):
        process = start(made, out)
        said, told = process.communicate(timeout=100)
        assert process.returncode == 0, told
        outputs[out] = json.loads(said.splitlines()[-1])
    assert outputs["killed"]["resumedAt"] > 0
    assert outputs["calm"]["resumedAt"] == 0
    assert outputs["killed"]["sha256"] == outputs["calm"]["sha256"]
    check_model(made / "calm", outputs["calm"])


def check_model(directory: Path, card: dict) -> None:
    """The directory serves: tokenizer and file by the digests, probabilities, texts and pairs told apart."""
    assert json.loads((directory / "model.json").read_text())["version"] == card["sha256"][:12]
    figures = {(each["set"], each["part"]): each for each in card["figures"]}
    assert figures["sentfin", "test fold"]["accuracy"] > 0.8
    assert figures["sentfin", "test fold, by target"]["n"] > 0
    assert ("cryptolin", "zero-shot, all rows") in figures
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    session = onnxruntime.InferenceSession(directory / "model.onnx")
    (answer,) = session.run(None, inputs_of(tokenizer.encode("firma soars word1 https://t.co/x")))
    assert answer.shape == (1, 3)
    assert answer.sum() == pytest.approx(1, abs=1e-5)
    card_text = (directory / "MODEL_CARD.md").read_text()
    assert f"{figures['sentfin', 'test fold']['accuracy']:.3f}" in card_text
    assert str(directory.parent) not in card_text


def inputs_of(encoding) -> dict[str, np.ndarray]:
    members = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
    return {name: np.array([values], dtype=np.int64) for name, values in members.items()}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--base", "nobody/nothing"], 'No base model "nobody/nothing"'),
        (["--weak", "missing.csv"], "No file missing.csv"),
    ],
)
def test_what_is_missing_is_named(made, capsys, monkeypatch, more, message):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    given = ["sentiment", "train", "--data", str(made / "data"), "--out", str(made / "none"), "--base", str(made / "base"), *more]
    assert main(given) == 2
    assert message in capsys.readouterr().err


def test_a_set_with_other_columns_is_refused(made, tmp_path, capsys):
    make_sets(tmp_path)
    (tmp_path / "finentity.csv").write_text("headline,label\nfirma soars,positive\n")
    assert main(["sentiment", "train", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--base", str(made / "base")]) == 2
    assert "finentity.csv has headline, label; missing: text" in capsys.readouterr().err


def test_a_teacher_is_trained_once_and_a_checkpoint_of_another_recipe_is_refused(made, capsys):
    given = ["sentiment", "train", "--data", str(made / "data"), "--out", str(made / "taught"), "--base", str(made / "base")]
    taught = [*given, *FLAGS, "--teacher", str(made / "base"), "--teacher-epochs", "3", "--teacher-learning-rate", "0.003"]
    assert main(taught) == 0
    assert "base taught it" in (made / "taught" / "MODEL_CARD.md").read_text()
    (labels,) = (made / "taught" / ".checkpoints").glob("fold-0-soft-7-*.npy")
    kept = labels.stat().st_mtime_ns
    soft = np.load(labels)
    assert soft.sum(axis=1) == pytest.approx(np.ones(len(soft)), abs=1e-5)
    capsys.readouterr()
    assert main([*taught, "--seed", "9"]) == 2
    assert "of other rows or another recipe" in capsys.readouterr().err
    assert labels.stat().st_mtime_ns == kept


def test_several_teachers_label_changed_copies_and_weak_rows_are_told(made, capsys):
    out = made / "copied"
    assert main(["sentiment", "weak", "--news", str(weak_news(made)), "--out", str(made / "weak.csv"), "--rows", "20"]) == 0
    assert json.loads(capsys.readouterr().out) == {"negative": 6, "neutral": 7, "positive": 7}
    teaching = ["--teacher", str(made / "base"), "--teacher-seeds", "1", "2", "--teacher-epochs", "2", "--teacher-learning-rate", "0.003"]
    weak = ["--weak", str(made / "weak.csv"), "--weak-source", "Made for a test (MIT)"]
    given = ["sentiment", "train", "--data", str(made / "data"), "--out", str(out), "--base", str(made / "base"), *FLAGS, *teaching]
    assert main([*given, "--copies", "1", "--epochs", "4", *weak]) == 0
    card = json.loads(capsys.readouterr().out.splitlines()[-1])
    soft = [np.load(path) for path in sorted((out / ".checkpoints").glob("fold-0-soft-*.npy"))]
    assert [len(each) for each in soft] == [card["trainingRows"]] * 2
    assert not np.allclose(*soft)
    text = (out / "MODEL_CARD.md").read_text()
    assert "2 fine-tuned base taught it by their mean probabilities on the same rows and on changed copies of them (1 each" in text
    assert "weak.csv, weight 0.2. Made for a test (MIT)." in text
    assert "--teacher-seeds 1 2" in text


def weak_news(home: Path) -> Path:
    path = home / "news.csv"
    said = {"negative": "exchange hacked again", "neutral": "desk looks at the week", "positive": "fund launches for all"}
    rows = [f"2024-01-{number:02d};The {number} {list(said.values())[number % 3]}" for number in range(1, 21)]
    path.write_text("\n".join(["date;title", *rows]) + "\n", encoding="utf-8")
    return path
