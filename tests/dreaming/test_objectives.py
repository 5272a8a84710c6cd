from __future__ import annotations

import pytest
import torch
from tiny_ear import beat

from immersions.dreaming.objectives import mean_of, of_target, plain_mean, standardised
from immersions.dreaming.target import Target
from immersions.ears.contrastive import ContrastiveEar
from immersions.ears.ear import LayerStatistics

TEXTS = ["encoder.1[0:4, 2:, ::2]", "-0.5*context.0[3]"]


@pytest.fixture
def heard(ear: ContrastiveEar) -> dict[str, torch.Tensor]:
    sounds = torch.stack([torch.from_numpy(beat(seed)) for seed in (8, 9)])
    return ear.listen(sounds, ["encoder.1", "context.0"])


def test_standardised_neuron_by_neuron_then_averaged(
    ear: ContrastiveEar, heard: dict[str, torch.Tensor]
) -> None:
    target = Target.parse(TEXTS, ear.layers)
    known = ear.statistics["encoder.1"]
    floor = 0.05 * known.deviation.square().mean().sqrt()
    scores = (heard["encoder.1"] - known.mean[..., None]) / known.deviation.clamp(min=floor.item())[
        ..., None
    ]
    expected = scores[:, 0:4, 2:, ::2].mean(dim=(1, 2, 3))
    torch.testing.assert_close(
        mean_of(target.parts[0], ear.statistics)(heard), expected, rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        standardised(heard["encoder.1"], "encoder.1", ear.statistics), scores, rtol=1e-4, atol=1e-5
    )


def test_a_target_is_the_weighted_sum_of_its_parts(
    ear: ContrastiveEar, heard: dict[str, torch.Tensor]
) -> None:
    both = of_target(Target.parse(TEXTS, ear.layers), ear.statistics)
    one, other = (
        of_target(Target.parse(text, ear.layers), ear.statistics)
        for text in ("encoder.1[0:4, 2:, ::2]", "context.0[3]")
    )
    assert both.layers == {"encoder.1", "context.0"}
    torch.testing.assert_close(both(heard), one(heard) - 0.5 * other(heard))
    torch.testing.assert_close(both(heard), (one + 0.5 * -other)(heard))
    torch.testing.assert_close((2 * one - one)(heard), one(heard))


def test_a_quiet_neuron_is_measured_by_its_layer() -> None:
    from immersions.ears.ear import yardstick

    deviation = torch.tensor([[1.0], [1.0], [0.0]])
    known = LayerStatistics(torch.zeros(3, 1), deviation, torch.zeros(8, 3, 1))
    layer = (2 / 3) ** 0.5
    torch.testing.assert_close(yardstick(known), torch.tensor([[1.0], [1.0], [0.05 * layer]]))


def test_without_statistics_activations_are_plain(
    ear: ContrastiveEar, heard: dict[str, torch.Tensor]
) -> None:
    target = Target.parse(TEXTS[0], ear.layers)
    expected = heard["encoder.1"][:, 0:4, 2:, ::2]
    torch.testing.assert_close(of_target(target, {})(heard), expected.mean(dim=(1, 2, 3)))
    assert plain_mean(target, heard) == pytest.approx(expected.mean().item() * 2, rel=1e-5)
