"""Copies of labelled texts that say the same of something else, so that a model reads what is said, not of whom."""

import random
from collections.abc import Iterator
from dataclasses import replace

from .texts import Example

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
