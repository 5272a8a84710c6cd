"""The page's arithmetic of sound in Python: beside the page's own code, run by Node."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from immersions.stage.mixdown import (
    LATENCY_FRAMES,
    Lane,
    Limiter,
    Mixer,
    Place,
    Sounding,
    Strip,
    Turned,
)
from immersions.stage.mixdown.fading import fade_gains
from immersions.stage.mixdown.fitting import fitted
from immersions.stage.mixdown.mixer import Gain
from immersions.stage.mixdown.resampling import at_rate

RATE = 44_100
WEB = Path(__file__).parents[2] / "web"


def seeded(frames, seed=0):
    return np.random.default_rng(seed).standard_normal(frames).astype(np.float32)


def sines(frames, level=0.5):
    return (level * np.sin(np.arange(frames) * 0.03)).astype(np.float32)


def the_page_s(tmp_path, program, *sounds):
    """What a program says that may use the page's limiter, resampling, crossfade and fitting."""
    node = shutil.which("node")
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    if node is None or not vite.exists():
        pytest.skip("the page's own code needs Node.js and web/node_modules: run make web")
    names = []
    for number, sound in enumerate(sounds):
        names.append(str(tmp_path / f"{number}.f32"))
        Path(names[-1]).write_bytes(sound.astype("<f4").tobytes())
    entry = tmp_path / "entry.ts"
    audio = json.dumps(str(WEB / "src" / "audio"))[1:-1]
    entry.write_text(
        f'import {{ Limiter }} from "{audio}/limiter";\n'
        f'import {{ resampleLoop }} from "{audio}/resample";\n'
        f'import {{ fadeCurves }} from "{audio}/crossfade";\n'
        f'import {{ fitted }} from "{audio}/fitting";\n'
        "Object.assign(globalThis, { Limiter, resampleLoop, fadeCurves, fitted });\n"
    )
    config = tmp_path / "vite.config.mjs"
    build = {"lib": {"entry": str(entry), "formats": ["es"], "fileName": "page"}}
    build |= {"outDir": str(tmp_path / "out"), "minify": False, "target": "esnext"}
    config.write_text(f"export default {json.dumps({'build': build, 'logLevel': 'error'})}")
    built = subprocess.run(
        [node, str(vite), "build", "--config", str(config), str(tmp_path)],
        capture_output=True, text=True, cwd=WEB, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (module,) = (tmp_path / "out").glob("page.*")
    script = tmp_path / "run.mjs"
    script.write_text(
        'import fs from "node:fs";\n'
        f"await import({json.dumps(module.as_uri())});\n"
        f"const sounds = {json.dumps(names)}.map((name) => {{\n"
        "  const data = fs.readFileSync(name);\n"
        "  return new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset"
        " + data.byteLength));\n});\n"
        f"const result = (() => {{ {program} }})();\n"
        f"fs.writeFileSync({json.dumps(str(tmp_path / 'result'))}, Buffer.from(result.buffer));\n"
    )
    subprocess.run([node, str(script)], check=True, capture_output=True)
    return np.frombuffer((tmp_path / "result").read_bytes(), "<f4")


def test_the_limiter_is_the_page_s(tmp_path):
    beat = np.exp(-(np.arange(3 * RATE) % (RATE // 3)) / 3000).astype(np.float32)
    sound = np.concatenate([3 * seeded(3 * RATE) * beat, sines(RATE, 0.3), sines(RATE, 2.0)])
    program = """
      const limiter = new Limiter(44100, 1), [sound] = sounds, out = new Float32Array(sound.length);
      for (let i = 0; i < sound.length; i += 128)
        limiter.process([sound.subarray(i, i + 128)], [out.subarray(i, i + 128)]);
      return out;
    """
    theirs = the_page_s(tmp_path, program, sound)
    limiter = Limiter(RATE)
    ours = np.concatenate([limiter.process(part) for part in np.array_split(sound, 37)])
    assert np.abs(theirs).max() > 0.5
    assert np.abs(ours - theirs).max() < 1e-6
    assert np.abs(ours).max() <= 10 ** (-1 / 20)


def test_what_needs_no_limiting_passes_bit_for_bit():
    sound = sines(3 * RATE, 0.8)
    out = Limiter(RATE).process(sound)
    assert np.array_equal(out[LATENCY_FRAMES:], sound[:-LATENCY_FRAMES])
    assert not out[:LATENCY_FRAMES].any()


@pytest.mark.parametrize("rates", [(44_100, 48_000), (48_000, 44_100), (22_050, 44_100)])
def test_loops_of_another_rate_are_the_page_s(tmp_path, rates):
    loop = seeded(9001)
    program = f"return resampleLoop(sounds[0], {rates[0]}, {rates[1]});"
    theirs = the_page_s(tmp_path, program, loop)
    ours = at_rate(loop, *rates)
    assert len(ours) == len(theirs)
    assert np.abs(ours - theirs).max() < 2e-6 * np.abs(theirs).max()


def test_the_crossfade_is_the_page_s(tmp_path):
    program = "const f = fadeCurves(0.37); return Float32Array.from([...f.out, ...f.in]);"
    theirs = the_page_s(tmp_path, program).reshape(2, 129)
    for ours, known in zip(fade_gains(0.37, 128), theirs, strict=True):
        assert np.array_equal(ours.astype(np.float32), known[:128])


def test_samples_are_fitted_as_on_the_page(tmp_path):
    counts = [1, 7, 1333, 1900, 3998, 4001, 6001, 8300, 14_000]
    sound = seeded(max(counts))
    program = f"""
      const all = {counts}.map((count) => fitted(sounds[0].subarray(0, count), 4001, 8000));
      return Float32Array.from(all.flatMap((each) => [each.length, ...each]));
    """
    ours = [fitted(sound[:count], 4001, 8000) for count in counts]
    told = np.concatenate([np.append(np.float32(len(each)), each) for each in ours])
    theirs = the_page_s(tmp_path, program, sound)
    assert [len(each) // 4001 for each in ours] == [1, 1, 1, 1, 1, 1, 1, 2, 3]
    assert np.array_equal(told, theirs)


def lane(*loops, rate=RATE, **bounds):
    return Lane((Sounding(at, fade, lambda x=x: x) for at, fade, x in loops), rate, **bounds)


def test_what_joins_in_the_middle_fades_in_there_and_away_where_it_ends():
    loop, ramp = sines(1000), round(0.03 * RATE)
    sounds = Lane(iter([Sounding(2250, 0, lambda: loop, 1750)]), RATE, ends=8000)
    out = np.concatenate([sounds.read(at, 250) for at in range(0, 12_000, 250)])
    whole = np.resize(loop, 12_000)[np.arange(12_000) - 500]
    rising = np.clip((np.arange(12_000) - 2250) / ramp, 0, 1)
    falling = np.clip(1 - (np.arange(12_000) - 8000) / ramp, 0, 1)
    assert np.allclose(out, whole * rising * falling, atol=1e-9)
    assert not sounds.sounds(8000 + ramp, 100)


def test_a_sample_sounds_at_its_level_again_after_it_was_taken_away():
    one, two = sines(1000), seeded(700)
    place = Place([lane((0, 0, one), ends=5000), lane((5600, 0, two))])
    turned = (Turned(0, {"sample_0": 0.5}),)
    mixer = Mixer([], turned, RATE, {"sample_0": place})
    out = np.concatenate([mixer.read(at, 400) for at in range(0, 20_000, 400)])
    assert np.allclose(out[3000:4000], 0.5 * one, atol=2e-3), "on its way"
    assert np.allclose(out[14_000:14_700], 0.5 * two, atol=1e-9)
    assert not Mixer([], (), RATE, {"sample_0": place}).read(0, 500).any(), "closed at first"


def test_a_gain_comes_to_its_end_where_chromium_s_does():
    """As measured there: 1 to 0.5 and 0.99 to 1, turned at frame 1024."""
    for start, target, end in ((1.0, 0.5, 6400), (0.5, 0.0, 6016), (0.99, 1.0, 3968)):
        gain = Gain("master", (Turned(1024, {"master": target}),), start, RATE)
        out = np.concatenate([gain.read(at, 250) for at in range(0, 8000, 250)])
        assert np.flatnonzero(out != target)[-1] == end - 1
        expected = target + (start - target) * np.exp(-(np.arange(end - 1024)) / (0.012 * RATE))
        assert np.allclose(out[1024:end], expected, atol=1e-9)


def test_a_lane_repeats_and_fades_on_the_boundary():
    one, two = sines(1000), seeded(700)
    sounds = lane((500, 0, one), (2500, 100, two))
    out = np.concatenate([sounds.read(at, 250) for at in range(0, 4000, 250)])
    assert not out[:500].any()
    ramp = round(0.03 * RATE)
    assert np.allclose(out[500:1500], one * np.arange(1000) / ramp, atol=1e-9)
    assert np.array_equal(out[2000:2400], one[500:900])
    assert np.array_equal(out[2500:3200], two.astype(np.float64))
    whole = lane((500, 0, one), (2500, 100, two)).read(0, 4000)
    assert np.array_equal(whole, out), "blocks of any size give the same"


def test_equal_loops_fade_without_a_trace():
    loop = sines(2000)
    out = lane((0, 0, loop), (4000, 300, loop)).read(0, 6000)
    assert np.allclose(out[2000:], np.tile(loop, 2), atol=1e-6)


def test_a_loop_may_enter_in_its_middle():
    one, two = sines(1000), seeded(700)
    loops = (Sounding(0, 0, lambda: one), Sounding(2500, 100, lambda: two, into=300))
    out = Lane(iter(loops), RATE).read(0, 4000)
    assert np.array_equal(out[2500:2900], two[300:].astype(np.float64))
    assert np.array_equal(out[2900:3600], two.astype(np.float64))
    same = (Sounding(0, 0, lambda: one), Sounding(2500, 300, lambda: one, into=500))
    out = Lane(iter(same), RATE).read(0, 4000)
    assert np.allclose(out[2000:], np.tile(one, 2), atol=1e-6), "where it was: without a trace"


def test_gains_follow_the_hand_and_a_b_is_the_start_clip():
    dream, start = np.ones(1000, np.float32), np.full(1000, -0.5, np.float32)
    turned = (Turned(5000, {"instead": 1.0}), Turned(12_000, {"instead": 0.0, "deck_0": 0.25}))
    mixer = Mixer([Strip(0, lane((0, 0, dream)), lane((0, 0, start)))], turned, RATE)
    out = np.concatenate([mixer.read(at, 500) for at in range(0, 22_000, 500)])
    assert np.allclose(out[2000:5000], 1)
    assert np.allclose(out[11_500:12_000], -0.5, atol=1e-4)
    assert np.allclose(out[21_500:], 0.25, atol=1e-4)
    assert np.abs(np.diff(out[2000:])).max() < 0.01, "no click"


def test_a_silent_deck_is_silent_until_it_is_opened():
    ones = np.ones(1000, np.float32)
    strips = [Strip(deck, lane((0, 0, ones)), lane((0, 0, ones))) for deck in (0, 1)]
    mixer = Mixer(strips, (Turned(9000, {"deck_1": 1.0}),), RATE)
    out = mixer.read(0, 20_000)
    assert np.allclose(out[3000:9000], 1)
    assert np.allclose(out[15_000:], 2, atol=1e-4)
