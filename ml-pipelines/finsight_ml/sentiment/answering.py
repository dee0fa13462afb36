"""Logits of encoded texts."""

import numpy as np
import torch

from .encoding import Encoded
from .fitting import Beat
from .network import SentimentNet

SIZE = 64


@torch.no_grad()
def logits_of(network: SentimentNet, rows: Encoded, beat: Beat = lambda _: None) -> np.ndarray:
    """In the order of the rows; computed in batches of similar length."""
    network.eval()
    device = next(network.parameters()).device
    order = np.argsort(rows.lengths, kind="stable")
    answers = np.zeros((len(rows), network.head.out_features), dtype=np.float32)
    for at in range(0, len(order), SIZE):
        part = order[at : at + SIZE]
        inputs = {name: value.to(device) for name, value in rows.batch(part).items()}
        answers[part] = network(**inputs).float().cpu().numpy()
        beat({"measuring": at})
    return answers
