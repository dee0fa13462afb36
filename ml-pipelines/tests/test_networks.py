"""The networks of series and of figures, by what their papers and transformers say."""

import pytest
import torch
from torch import nn

from finsight_ml.models import dlinear, patchtsmixer, patchtst
from finsight_ml.models.dropping import Dropout
from finsight_ml.models.network import Task

SERIES = Task(look_back=50, channels=3, steps=8, outputs=None)
FIGURES = Task(look_back=50, channels=3, steps=2, outputs=5)
NETWORKS = [dlinear, patchtst, patchtsmixer]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(1)


@pytest.mark.parametrize("module", NETWORKS)
def test_both_modes_have_their_shapes_and_a_gradient_for_each_weight(module):
    for task, shape in ((SERIES, (4, 8, 3)), (FIGURES, (4, 2, 5))):
        network = module.build(task, {})
        out = network(torch.randn(4, 50, 3))
        assert out.shape == shape
        out.square().mean().backward()
        assert all(each.grad is not None for each in network.parameters() if each.requires_grad)


@pytest.mark.parametrize("module", NETWORKS)
def test_a_series_is_forecast_from_itself_alone(module):
    network = module.build(SERIES, {}).eval()
    window = torch.randn(2, 50, 3)
    other = window.clone()
    other[..., 1] += torch.randn(2, 50)
    changed = (network(window) - network(other)).abs().amax(dim=(0, 1))
    assert changed[1] > 1e-4 and changed[0] < 1e-6 and changed[2] < 1e-6


@pytest.mark.parametrize("module", [patchtst, patchtsmixer])
def test_instance_normalisation_carries_level_and_scale_over(module):
    network = module.build(SERIES, {}).eval()
    window = torch.randn(2, 50, 3)
    assert torch.allclose(network(window * 10 + 100), network(window) * 10 + 100, atol=1e-2)


def test_dlinear_splits_a_window_into_its_moving_average_and_the_rest():
    network = dlinear.build(SERIES, {"moving_average": 3})
    with torch.no_grad():
        for each in (network.of_trend, network.of_rest):
            each.weight.copy_(torch.eye(50)[-8:])
            each.bias.zero_()
    window = torch.randn(1, 50, 3)
    assert torch.allclose(network(window), window[:, -8:], atol=1e-6)
    with torch.no_grad():
        network.of_rest.weight.zero_()
    ends = torch.cat([window[:, -2:], window[:, -1:]], dim=1).mean(dim=1)
    assert torch.allclose(network(window)[:, -1], ends, atol=1e-6)


@pytest.mark.parametrize(
    ("module", "params", "message"),
    [
        (dlinear, {"moving_average": 24}, "odd number"),
        (dlinear, {"wings": 2}, "Unknown parameter wings of dlinear; known: moving_average"),
        (patchtst, {"heads": 3}, "no multiple of heads 3"),
        (patchtst, {"layers": 0}, "layers of patchtst is at least 1"),
        (patchtst, {"dropout": 1.5}, "dropout of patchtst is at least 0 and below 1"),
        (patchtsmixer, {"d_model": "wide"}, "whole number"),
    ],
)
def test_wrong_parameters_are_named(module, params, message):
    with pytest.raises(ValueError, match=message):
        module.build(SERIES, params)


def test_patchtst_equals_that_of_transformers_with_the_same_weights():
    from transformers import PatchTSTConfig, PatchTSTForPrediction

    network = patchtst.build(SERIES, {"patch": 8, "stride": 4})
    config = PatchTSTConfig(
        num_input_channels=3, context_length=54, patch_length=8, patch_stride=4, prediction_length=8, d_model=16,
        num_hidden_layers=3, num_attention_heads=4, ffn_dim=128, pooling_type=None, pre_norm=False, scaling=None,
        do_mask_input=False, positional_dropout=0.0, path_dropout=0.0, ff_dropout=0.0, head_dropout=0.0,
    )  # fmt: skip
    peer = PatchTSTForPrediction(config)
    copy_weights(network, peer)
    network = patchtst.build(SERIES, {"patch": 8, "stride": 4, "dropout": 0.0}).train()
    copy_weights(network, peer.train())
    window = torch.randn(4, 50, 3)
    scaled, mean, deviation = patchtst.InstanceNormalisation()(window)
    padded = torch.cat([scaled, scaled[:, -1:].expand(-1, 4, -1)], dim=1)
    theirs = peer(past_values=padded).prediction_outputs * deviation + mean
    ours = network(window)
    assert torch.allclose(ours, theirs, atol=1e-5)
    # In training too: batch norms and gradients are the same.
    ours.square().mean().backward()
    theirs.square().mean().backward()
    embedding = peer.model.encoder.embedder.input_embedding.weight.grad
    assert torch.allclose(network.embedding.weight.grad, embedding, atol=1e-5)
    assert torch.allclose(network.eval()(window), peer.eval()(past_values=padded).prediction_outputs * deviation + mean, atol=1e-5)


@torch.no_grad()
def copy_weights(network: nn.Module, peer: nn.Module) -> None:
    """Ours into that of transformers."""
    encoder = peer.model.encoder
    encoder.embedder.input_embedding.load_state_dict(network.embedding.state_dict())
    encoder.positional_encoder.position_enc.copy_(network.position)
    for ours, theirs in zip(network.layers, encoder.layers, strict=True):
        for index, part in enumerate((theirs.self_attn.q_proj, theirs.self_attn.k_proj, theirs.self_attn.v_proj)):
            part.weight.copy_(ours.attended.weight.chunk(3)[index])
            part.bias.copy_(ours.attended.bias.chunk(3)[index])
        theirs.self_attn.out_proj.load_state_dict(ours.mixed.state_dict())
        theirs.ff[0].load_state_dict(ours.widened.state_dict())
        theirs.ff[3].load_state_dict(ours.narrowed.state_dict())
        theirs.norm_sublayer1.batchnorm.load_state_dict(ours.first_norm.state_dict())
        theirs.norm_sublayer3.batchnorm.load_state_dict(ours.second_norm.state_dict())
    peer.head.projection.load_state_dict(network.head.projection.state_dict())


def test_dropout_keeps_its_share_and_its_mean_and_has_the_gradient_of_what_it_kept():
    values = torch.ones(1000, 1001, requires_grad=True)
    out = Dropout(0.3)(values)
    kept = (out != 0).double()
    assert kept.mean().item() == pytest.approx(0.7, abs=0.003)
    assert out.mean().item() == pytest.approx(1.0, abs=0.003)
    # Each of eight neighbours comes from its own byte of one draw.
    assert torch.allclose(kept.flatten()[: 8 * 125_000].view(-1, 8).mean(dim=0), torch.tensor(0.7).double(), atol=0.01)
    out.sum().backward()
    assert torch.equal(values.grad, out.detach())
    assert torch.equal(Dropout(0.3).eval()(values), values)
