"""A plain Hugging Face Trainer over the same windows, for the comparison in peer.py."""

import tempfile

import torch
from torch import nn

from .marks import now, since
from .spec import Spec
from .windows import Windows

STRIDE = 8


class Rows(torch.utils.data.Dataset):
    """A window each, as the Trainer's loader asks for them."""

    def __init__(self, windows: Windows, count: int) -> None:
        self.series, self.starts = windows.rows.T.contiguous(), windows.starts["train"][:count].tolist()
        self.look_back, self.horizon = windows.look_back, windows.horizon

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        begin, middle = self.starts[index], self.starts[index] + self.look_back
        return {"past_values": self.series[begin:middle], "future_values": self.series[middle : middle + self.horizon]}


class Wrapped(nn.Module):
    """Our network as the Trainer wants one: with its loss."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, past_values: torch.Tensor, future_values: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": nn.functional.mse_loss(self.network(past_values), future_values)}


class Padded(nn.Module):
    """transformers' PatchTST with the authors' end padding, which it lacks."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, past_values: torch.Tensor, future_values: torch.Tensor) -> dict[str, torch.Tensor]:
        past = torch.cat([past_values, past_values[:, -1:].expand(-1, STRIDE, -1)], dim=1)
        return {"loss": self.network(past_values=past, future_values=future_values).loss}


def transformers_network(spec: Spec, columns: int) -> nn.Module:
    from transformers import PatchTSTConfig, PatchTSTForPrediction

    config = PatchTSTConfig(
        num_input_channels=columns, context_length=spec.look_back + STRIDE, patch_length=16, patch_stride=STRIDE,
        prediction_length=spec.horizon, d_model=16,
        num_hidden_layers=3, num_attention_heads=4, ffn_dim=128, attention_dropout=0.0, positional_dropout=0.3, path_dropout=0.3,
        ff_dropout=0.3, head_dropout=0.0, pooling_type=None, pre_norm=False, scaling="std", do_mask_input=False, loss="mse",
    )  # fmt: skip
    return Padded(PatchTSTForPrediction(config))


def with_trainer(network: nn.Module, windows: Windows, spec: Spec, steps: int) -> tuple[float, float]:
    """A Trainer as it comes; from the end of its first step to the end of its last."""
    from transformers import Trainer, TrainerCallback, TrainingArguments

    marks: list[tuple[float, float]] = []

    class Marks(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            marks.append(now())

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=spec.training.batchSize, max_steps=steps + 1, use_cpu=True, report_to=[], save_strategy="no",
            logging_strategy="no", disable_tqdm=True, learning_rate=spec.training.learningRate, max_grad_norm=spec.training.gradientClip, dataloader_drop_last=True, seed=1,
        )  # fmt: skip
        rows = Rows(windows, (steps + 1) * spec.training.batchSize)
        Trainer(model=network, args=arguments, train_dataset=rows, callbacks=[Marks()]).train()
    return since(marks[0], marks[-1])
