"""PatchTSMixer (Ekambaram et al. 2023): nets that mix within and across the patches of each channel, by transformers."""

import torch
from torch import nn

from .dropping import Dropout
from .network import Task, Value, chosen
from .patches import Head, InstanceNormalisation, check_sizes

DEFAULTS: dict[str, Value] = {
    "d_model": 16,
    "layers": 2,
    "expansion": 2,
    "patch": 16,
    "stride": 16,
    "gated": True,
    # Channels see each other: figures are made from all of them.
    "mixes_channels": True,
    "dropout": 0.2,
    "head_dropout": 0.2,
    "instance_normalisation": False,
}
# Each channel's own future is forecast as in the paper's channel-independent form.
SERIES_DEFAULTS: dict[str, Value] = {
    **DEFAULTS,
    "d_model": 32,
    "layers": 3,
    "stride": 8,
    "mixes_channels": False,
    "dropout": 0.5,
    "instance_normalisation": True,
}


def build(task: Task, params: dict[str, Value]) -> nn.Module:
    """Raises ValueError for a parameter that is unknown or of another kind."""
    values = chosen("patchtsmixer", SERIES_DEFAULTS if task.outputs is None else DEFAULTS, params)
    sizes = ("d_model", "layers", "expansion", "patch", "stride")
    check_sizes("patchtsmixer", values, sizes=sizes, chances=("dropout", "head_dropout"))
    return PatchTsMixer(task, values)


class PatchTsMixer(nn.Module):
    """float32 [batch, look_back, channels] → [batch, steps, channels or outputs]."""

    def __init__(self, task: Task, values: dict) -> None:
        super().__init__()
        # It takes seconds to load, and no other network needs it.
        from transformers import PatchTSMixerConfig, PatchTSMixerModel

        self.returns_level = values["instance_normalisation"] and task.outputs is None
        self.normalisation = InstanceNormalisation() if values["instance_normalisation"] else None
        config = PatchTSMixerConfig(
            context_length=task.look_back,
            num_input_channels=task.channels,
            patch_length=min(values["patch"], task.look_back),
            patch_stride=min(values["stride"], task.look_back),
            d_model=values["d_model"],
            num_layers=values["layers"],
            expansion_factor=values["expansion"],
            dropout=values["dropout"],
            mode="mix_channel" if values["mixes_channels"] else "common_channel",
            gated_attn=values["gated"],
            scaling=None,
        )
        self.backbone = PatchTSMixerModel(config)
        take_own_dropout(self.backbone)
        self.head = Head(task, patches=config.num_patches, width=config.d_model, dropout=values["head_dropout"])

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        mean = deviation = None
        if self.normalisation is not None:
            window, mean, deviation = self.normalisation(window)
        hidden = self.backbone(past_values=window, return_dict=True).last_hidden_state
        forecast = self.head(hidden.flatten(0, 1))
        return forecast * deviation + mean if self.returns_level else forecast


def take_own_dropout(module: nn.Module) -> None:
    """Draws its chances at less cost; nothing else changes."""
    for name, child in module.named_children():
        if type(child) is nn.Dropout:
            setattr(module, name, Dropout(child.p))
        else:
            take_own_dropout(child)
