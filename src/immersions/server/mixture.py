"""Several sounds made into one start sound, as the page's mixer plays them beside each other."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from immersions import audio
from immersions.server.library import Library
from immersions.server.messages import Clip, Message
from immersions.stage.conductor import Samples
from immersions.stage.fitting import Phrase
from immersions.stage.mixdown.fitting import in_turns, turns_in
from immersions.stage.tempo import Tempo


class Part(Message):
    id: str = Field(min_length=1, max_length=200)
    level: float = Field(ge=-60, le=12, description="in dB")


class Recipe(Message):
    """What to mix. The first part gives the length, the others repeat in time with it."""

    parts: list[Part] = Field(min_length=1, max_length=8)
    deck: int = Field(default=0, ge=0, lt=4, description="whose ear gives the sample rate")


def mixed(
    library: Library, parts: list[Part], sample_rate: int, tempo: Tempo | None = None
) -> Clip:
    """Sum the parts, keep that below the ceiling, and add it to the start sounds.

    They are mixed as they sound in `tempo`, or each in its own.

    `LookupError`, one line, for an unknown id.
    """
    titles = {clip.id: clip.title for clip in library.clips()}
    sounds = [library.samples(part.id, sample_rate, tempo=tempo) for part in parts]
    total = np.zeros(len(sounds[0]), np.float32)
    for part, sound in zip(parts, sounds, strict=True):
        total += fitted(sound, len(total), sample_rate) * np.float32(10 ** (part.level / 20))
    finished = audio.finish(total, sample_rate, loudness_lufs=None).samples
    phrase = library.phrase(parts[0].id) if tempo is None else Phrase.of(tempo)
    title = " + ".join(titles[part.id] for part in parts)
    return library.keep(finished.tobytes(), sample_rate, title[:60], phrase, "mixture")


def fitted(sound: Samples, loop: int, sample_rate: int) -> Samples:
    """(loop,) a sound beside loops of `loop` samples, as the page fits it; of longer ones one."""
    turns = turns_in(len(sound), loop)
    edges = [round(turn * loop / turns) for turn in range(turns + 1)]
    return in_turns(sound, edges, sample_rate)
