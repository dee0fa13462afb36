"""Copies of labelled texts that say the same of something else, so that a model reads what is said, not of whom."""

import random
from collections.abc import Iterator
from dataclasses import replace

from .texts import UNLABELLED, Example

# What headlines of other markets than the labelled ones speak of.
NAMES = (
    "Bitcoin", "Ethereum", "Ripple", "XRP", "Solana", "Cardano", "Dogecoin", "Polkadot", "Binance", "Coinbase", "Litecoin",
    "Avalanche", "Polygon", "Chainlink", "Tether", "Uniswap", "Kraken", "Tezos", "Stellar", "Cosmos", "Algorand", "Terra",
    "Shiba Inu", "OpenSea", "Circle", "Gemini", "BTC", "ETH", "Bitcoin miners", "crypto exchange", "DeFi protocol",
    "NFT marketplace", "stablecoin", "blockchain startup", "crypto market", "altcoins", "gold", "crude oil", "euro", "yen",
)  # fmt: skip
# Share of names that become one of NAMES instead of another labelled one.
FOREIGN = 0.6
WEIGHT = 0.5


def renamed(examples: list[Example], *, share: float, seed: int) -> Iterator[Example]:
    """Copies of a share of the examples whose text names an asset with a label, at half the weight."""
    names = sorted({each.target for each in examples if each.target is not None})
    entities: dict[str, set[str]] = {}
    for each in examples:
        if each.target is not None:
            entities.setdefault(each.text, set()).add(each.target)
    draw = random.Random(seed)
    for each in examples:
        known = entities.get(each.text)
        if known and draw.random() < share:
            yield with_other_names(each, sorted(known, key=lambda name: (-len(name), name)), names, draw)


def with_other_names(example: Example, known: list[str], names: list[str], draw: random.Random) -> Example:
    text, target = example.text, example.target
    for name in known:
        other = draw.choice(NAMES) if draw.random() < FOREIGN else draw.choice(names)
        text = text.replace(name, other)
        if example.target == name:
            target = other
    return replace(example, text=text, target=target, weight=example.weight * WEIGHT)


# Of a changed copy: the share of words that go, the least share of words that a cut leaves, and how often two texts are joined.
DROPPED = 0.12
KEPT = 0.5
JOINED = 0.2


def changed(examples: list[Example], *, copies: int, seed: int) -> Iterator[Example]:
    """Copies with words left out, cut, or joined with another text, for a teacher to label: what they say may have changed with
    them. A pair keeps the name that it judges."""
    draw = random.Random(seed)
    wholes = [each for each in examples if each.target is None]
    for _ in range(copies):
        for each in examples:
            text = shortened(each, draw) if each.target else altered(each.text, wholes, draw)
            yield replace(each, text=text, label=UNLABELLED, weight=each.weight * WEIGHT)


def shortened(example: Example, draw: random.Random) -> str:
    """Without some of the words that are not the name's."""
    named = set((example.target or "").split())
    kept = [word for word in example.text.split() if word in named or draw.random() >= DROPPED]
    return " ".join(kept) or example.text


def altered(text: str, others: list[Example], draw: random.Random) -> str:
    kind = draw.random()
    if kind < JOINED and others:
        return f"{cut(text, draw)} {cut(draw.choice(others).text, draw)}"
    if kind < 0.6:
        return cut(text, draw)
    return " ".join(word for word in text.split() if draw.random() >= DROPPED) or text


def cut(text: str, draw: random.Random) -> str:
    """Some of the words in a row, at least KEPT of them."""
    words = text.split()
    count = max(1, round(len(words) * draw.uniform(KEPT, 1.0)))
    start = draw.randint(0, len(words) - count) if words else 0
    return " ".join(words[start : start + count])
