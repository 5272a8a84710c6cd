"""Bring your own: modules that know nothing of this project, heard and dreamed on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch
from ear_examples import Picture, RawAudio
from safetensors.torch import load_file
from torch import Tensor, nn

from immersions import ears
from immersions.ears import Ear, from_module
from immersions.scalogram import ScalogramConfig

RATE = 16000
SCALE = ScalogramConfig(
    sample_rate=RATE, hop=512, bins=60, bins_per_octave=12, fmin=80.0, filter_scale=0.5
)


def sound(samples: int = 2 * RATE, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(seed))


def ascend(ear: Ear, layer: str, channel: int, steps: int = 8) -> tuple[float, float]:
    """A few steps of plain gradient ascent on the sound: the activation before and after."""
    loop = sound(round(ear.loop_seconds * ear.sample_rate)) * 0.1
    reached = []
    for _ in range(steps + 1):
        leaf = loop.clone().requires_grad_()
        activation = ear.listen(leaf, [layer])[layer][:, channel].mean()
        (gradient,) = torch.autograd.grad(activation, leaf)
        assert torch.isfinite(gradient).all()
        assert gradient.abs().max() > 0
        reached.append(float(activation.detach()))
        loop = loop + 0.05 * loop.std() * gradient / gradient.std()
    return reached[0], reached[-1]


def test_a_network_on_raw_audio() -> None:
    ear = from_module(RawAudio(), RATE, ["first", "second", "embedding"], loop_seconds=2.0)
    assert isinstance(ear, Ear)
    assert ear.name == "rawaudio"
    assert not ear.has_scalogram
    assert ear.bin_frequencies == []
    layers = {layer.name: layer for layer in ear.layers}
    assert list(layers) == ["first", "second", "embedding"]
    assert (layers["first"].channels, layers["first"].pitches) == (8, 1)
    assert layers["first"].frames == (2 * 2 * RATE - 64) // 16 // 2
    assert layers["embedding"].frames == 1
    before, after = ascend(ear, "second", 3)
    assert after > 1.03 * before


def test_a_network_on_a_scalogram() -> None:
    ear = from_module(Picture(), RATE, ["a", "b"], scalogram=SCALE, loop_seconds=2.0, name="mine")
    assert isinstance(ear, Ear)
    assert (ear.name, ear.has_scalogram) == ("mine", True)
    assert ear.bin_frequencies[0] == 80.0
    shapes = [(r.name, r.channels, r.pitches, r.frames) for r in ear.layers]
    assert shapes == [("scalogram", 1, 60, 62), ("a", 4, 60, 62), ("b", 6, 30, 31)]
    heard = ear.listen(sound(), ["scalogram", "a"], edit=torch.zeros_like)
    assert heard["scalogram"].abs().max() == 0
    before, after = ascend(ear, "b", 1)
    assert after > before


def test_an_answer_is_kept_before_the_next_step_overwrites_it() -> None:
    """A hook on a convolution before an in-place nonlinearity hears what the convolution said."""
    module = RawAudio()
    ear = from_module(module, RATE, ["first.0", "first.1"], loop_seconds=2.0)
    heard = ear.listen(sound(), ["first.0", "first.1"])
    with torch.no_grad():
        expected = module.first[0](sound().repeat(1, 2)[:, None])
    half = expected.shape[-1] // 2
    assert torch.allclose(heard["first.0"][:, :, 0], expected[..., -half:], atol=1e-6)
    assert heard["first.0"].min() < 0
    assert heard["first.1"].min() == 0
    assert ascend(ear, "first.0", 0)[1] > ascend(ear, "first.0", 0, steps=1)[1]


def test_the_module_runs_no_further_than_needed() -> None:
    module = RawAudio()
    calls: list[nn.Module] = []
    for part in module.modules():
        part.register_forward_hook(lambda part, given, answer: calls.append(part))
    ear = from_module(module, RATE, ["first", "second", "embedding"], loop_seconds=2.0)
    ear.listen(sound(), ["first"])
    assert module.second not in calls
    assert module.embedding not in calls
    assert ear.listen(sound(), []) == {}


def test_no_hook_stays_behind() -> None:
    module = RawAudio()
    ear = from_module(module, RATE, ["first", "forgotten"], loop_seconds=2.0)
    ear.listen(sound(), ["first"])
    with pytest.raises(ValueError, match="not reached"):
        ear.listen(sound(), ["forgotten"])
    assert all(not part._forward_hooks for part in module.modules())
    assert module(sound()).shape == (1, 5)


def test_a_layer_that_is_never_reached_is_named() -> None:
    ear = from_module(RawAudio(), RATE, ["first", "forgotten"])
    with pytest.raises(ValueError, match="layer 'forgotten' was not reached"):
        ear.listen(sound(), ["first", "forgotten"])


def test_unknown_layers_are_refused_with_the_modules_own() -> None:
    with pytest.raises(ValueError, match=r"unknown layer 'third'; valid layers: first, first.0"):
        from_module(RawAudio(), RATE, ["third"])
    ear = from_module(RawAudio(), RATE, ["first", "second"])
    with pytest.raises(ValueError, match="unknown layer 'embedding'; valid layers: first, second"):
        ear.listen(sound(), ["embedding"])


class Odd(nn.Module):
    """Answers what is no activation."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.part(x.sum())


def test_answers_of_odd_shapes_are_refused() -> None:
    ear = from_module(Odd(), RATE, ["part"])
    with pytest.raises(ValueError, match=r"layer 'part': expected \(batch, channels.*got \(\)"):
        ear.listen(sound(), ["part"])


def test_the_module_is_frozen_and_in_evaluation() -> None:
    module = RawAudio().train()
    from_module(module, RATE, ["first"])
    assert not module.training
    assert not any(weight.requires_grad for weight in module.parameters())


def test_an_ear_by_module_and_callable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import torch\nfrom immersions.ears import from_module\n"
        "def make():\n"
        "    return from_module(torch.nn.Conv1d(1, 3, 9), 8000, ['0'][:0] or [],\n"
        "        prepare=lambda x: x[:, None])\n"
        "def fail():\n    raise RuntimeError('no weights here')\n"
        "number = 3\n"
    )
    (tmp_path / "ear_of_mine.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert isinstance(ears.load("ear_of_mine:make"), Ear)
    for name, says in [
        ("ear_of_mine:fail", "no weights here"),
        ("ear_of_mine:nothing", "nothing"),
        ("ear_of_mine:number", "not callable"),
        ("no_such_module_here:make", "No module named"),
        ("os:getcwd", "expected an Ear, got str"),
    ]:
        with pytest.raises(ValueError, match=says) as error:
            ears.load(name)
        assert "\n" not in str(error.value)


class VoiceDetector(nn.Module):
    """The convolutions of Silero's voice detector (MIT), for whole loops: 16 kHz, 8 ms frames."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)

    def forward(self, sound: Tensor) -> Tensor:
        real, imaginary = self.stft_conv(sound[:, None]).chunk(2, 1)
        x = (real.square() + imaginary.square() + 1e-12).sqrt()
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = torch.relu(layer(x))
        return x


def test_a_network_that_somebody_else_trained() -> None:
    """Silero VAD ships its weights as safetensors, so that nothing is unpickled."""
    package = importlib.util.find_spec("silero_vad")
    assert package is not None, "silero-vad is in the test extra"
    assert package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    weights = load_file(folder / "data" / "silero_vad_16k.safetensors")
    module = VoiceDetector()
    known = module.state_dict().keys()
    module.load_state_dict({key: value for key, value in weights.items() if key in known})
    assert set(weights) - set(known) == {
        *(f"lstm_cell.{part}_{gate}" for part in ("weight", "bias") for gate in ("ih", "hh")),
        *("final_conv.weight", "final_conv.bias"),
    }
    ear = from_module(module, RATE, ["conv1", "conv2", "conv4"], loop_seconds=2.0)
    assert isinstance(ear, Ear)
    assert [(r.channels, r.frames) for r in ear.layers] == [(128, 249), (64, 125), (128, 62)]
    for layer in ("conv2", "conv4"):
        before, after = ascend(ear, layer, 5)
        assert after > before + 0.1
