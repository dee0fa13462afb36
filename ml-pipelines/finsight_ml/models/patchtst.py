"""PatchTST (Nie et al. 2023): a transformer over patches of each channel, with one linear head over all of them."""

import torch
from torch import nn
from transformers import PatchTSTConfig, PatchTSTModel

DEFAULTS = {"d_model": 16, "layers": 2, "heads": 4, "feed_forward": 32, "patch": 16, "stride": 16, "dropout": 0.2}


class PatchTstForecaster(nn.Module):
    """[batch, look_back, features] raw features → [batch] target. The scaling lives in the module, hence in the ONNX file."""

    def __init__(self, *, look_back: int, mean: torch.Tensor, deviation: torch.Tensor, params: dict) -> None:
        super().__init__()
        unknown = set(params) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"Unknown parameter {sorted(unknown)} of patchtst; known: {', '.join(DEFAULTS)}")
        chosen = {**DEFAULTS, **params}
        channels = len(mean)
        config = PatchTSTConfig(
            num_input_channels=channels,
            context_length=look_back,
            patch_length=min(int(chosen["patch"]), look_back),
            patch_stride=min(int(chosen["stride"]), look_back),
            d_model=int(chosen["d_model"]),
            num_hidden_layers=int(chosen["layers"]),
            num_attention_heads=int(chosen["heads"]),
            ffn_dim=int(chosen["feed_forward"]),
            attention_dropout=chosen["dropout"],
            positional_dropout=0.0,
            ff_dropout=chosen["dropout"],
            head_dropout=chosen["dropout"],
            # Features are stationary and scaled below: scaling each window would take their level away.
            scaling=None,
            do_mask_input=False,
            attn_implementation="eager",
        )
        self.backbone = PatchTSTModel(config)
        patches = (look_back - config.patch_length) // config.patch_stride + 1
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(chosen["dropout"]), nn.Linear(channels * patches * config.d_model, 1))
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        scaled = (features - self.mean) / self.deviation
        hidden = self.backbone(past_values=scaled, return_dict=True).last_hidden_state
        return self.head(hidden).squeeze(-1)
