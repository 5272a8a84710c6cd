"""An untrained ear, for as long as none is bundled: `browser_ears:small`."""

from immersions.ears import presets
from immersions.ears.ear import Ear


def small() -> Ear:
    return presets.build("small")
