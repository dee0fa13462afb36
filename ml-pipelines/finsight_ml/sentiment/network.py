"""An encoder with a head of three classes."""

import torch
from torch import nn
from transformers import AutoModel
from transformers.utils import logging

SAMPLES = 4


class SentimentNet(nn.Module):
    """Mean of the last hidden states, dropout, one linear layer. Answers logits [batch, 3]."""

    def __init__(self, encoder: nn.Module, *, dropout: float, classes: int = 3) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = dropout
        self.head = nn.Linear(encoder.config.hidden_size, classes)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.has_types = getattr(encoder.config, "type_vocab_size", 0) > 1

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        types = {"token_type_ids": token_type_ids} if self.has_types else {}
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)
        if not self.training:
            return self.head(pooled)
        # Several dropout masks on one pass of the encoder: less noise in the head's gradient for nothing.
        return torch.stack([self.head(nn.functional.dropout(pooled, self.dropout)) for _ in range(SAMPLES)]).mean(dim=0)


def load_network(directory: str, *, dropout: float) -> SentimentNet:
    """From a directory with config.json and weights, in float32."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    encoder = AutoModel.from_pretrained(directory, dtype=torch.float32)
    if getattr(encoder, "pooler", None) is not None:
        # Not read here: its weights would take part in nothing.
        encoder.pooler = None
    return SentimentNet(encoder, dropout=dropout)
