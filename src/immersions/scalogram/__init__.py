"""A differentiable constant-Q scalogram, exact on a loop.

Each bin is a Hann-windowed complex exponential whose length is a fixed number of cycles. A loop is
periodic, so its spectrum says everything: for each octave the spectrum is cut where the windows no
longer answer, inverted to a short periodic signal whose length is a multiple of the frame count,
and multiplied by that octave's kernels. This equals the strided convolution with the endlessly
repeated loop (to about 1e-5 of a bin's maximum) at a small part of its cost, for any loop length.

Scaling after Herrmann (2020): (ln(|X|^2 + 1e-9) + 20.723) * 4 / 20.723, so 0 is silence and 4 is
|X| = 1. A full-scale sine has |X| = 0.5.
"""

from immersions.scalogram.config import ScalogramConfig
from immersions.scalogram.transform import Scalogram

__all__ = ["Scalogram", "ScalogramConfig"]
