"""A made language, labelled sets in it, and an encoder of random weights that can learn them within seconds."""

import csv
import json
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

WORDS = {
    "negative": ["falls", "slumps", "loses", "defaults", "warns", "cuts"],
    "neutral": ["meets", "holds", "names", "hosts", "plans", "says"],
    "positive": ["soars", "beats", "gains", "wins", "jumps", "grows"],
}
NAMES = [f"firm{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
FILL = [f"word{number}" for number in range(60)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_sets(data: Path, *, rows: int = 240, seed: int = 3) -> None:
    """The three shippable sets and two for zero-shot figures."""
    data.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    for name in ("sentfin", "twitter_fin_news", "finentity", "cryptolin", "phrasebank"):
        with (data / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label", "entities", "min_agreement"])
            for _ in range(rows):
                writer.writerow(made_row(draw))


def made_row(draw: random.Random) -> list:
    labels = draw.sample(sorted(WORDS), 2)
    names = draw.sample(NAMES, 2)
    said = [f"{name} {draw.choice(WORDS[label])} {' '.join(draw.sample(FILL, 4))}" for name, label in zip(names, labels, strict=True)]
    if draw.random() < 0.25:
        return [" ".join(said), "mixed", json.dumps(dict(zip(names, labels, strict=True))), 50]
    return [said[0], labels[0], json.dumps({names[0]: labels[0]}), draw.choice([50, 100])]


def make_base(directory: Path) -> Path:
    """config.json, weights and tokenizer.json as a base model has them."""
    directory.mkdir(parents=True, exist_ok=True)
    words = [*SPECIAL, *(word for group in WORDS.values() for word in group), *NAMES, *FILL, "http"]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(directory / "tokenizer.json"))
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=64
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(directory)
    return directory
