"""The page's sound without the page: loops that follow each other, a mixer, a limiter.

What `web/src/audio` does on the audio thread is done here as fast as it goes, sample for sample as
near as the arithmetic of both allows. No torch here.
"""

from __future__ import annotations

from immersions.stage.mixdown.lanes import Lane, Place, Sounding
from immersions.stage.mixdown.limiter import LATENCY_FRAMES, Limiter
from immersions.stage.mixdown.mixer import Mixer, Strip, Turned

__all__ = ["LATENCY_FRAMES", "Lane", "Limiter", "Mixer", "Place", "Sounding", "Strip", "Turned"]
