"""PatchTST (Nie et al. 2023): a transformer over patches of each channel, with one linear head over all of them."""

import torch
from torch import nn
from transformers import PatchTSTConfig, PatchTSTModel

from .network import Task, chosen

DEFAULTS = {"d_model": 16, "layers": 2, "heads": 4, "feed_forward": 32, "patch": 16, "stride": 16, "dropout": 0.2}


def build(task: Task, params: dict) -> nn.Module:
    return PatchTst(task, chosen("patchtst", DEFAULTS, params))


class PatchTst(nn.Module):
    def __init__(self, task: Task, params: dict) -> None:
        super().__init__()
        self.task = task
        config = PatchTSTConfig(
            num_input_channels=task.channels,
            context_length=task.look_back,
            patch_length=min(params["patch"], task.look_back),
            patch_stride=min(params["stride"], task.look_back),
            d_model=params["d_model"],
            num_hidden_layers=params["layers"],
            num_attention_heads=params["heads"],
            ffn_dim=params["feed_forward"],
            attention_dropout=params["dropout"],
            positional_dropout=0.0,
            ff_dropout=params["dropout"],
            head_dropout=params["dropout"],
            scaling=None,
            do_mask_input=False,
            attn_implementation="eager",
        )
        self.backbone = PatchTSTModel(config)
        patches = (task.look_back - config.patch_length) // config.patch_stride + 1
        width = task.channels * patches * config.d_model
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(params["dropout"]), nn.Linear(width, task.steps * task.outputs))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        hidden = self.backbone(past_values=features, return_dict=True).last_hidden_state
        return self.head(hidden).unflatten(1, (self.task.steps, self.task.outputs))
