"""Draw how an ear's training went: held-out accuracy and loss over the steps.

    python recipes/curve.py src/immersions/assets/ears/small curve.png

Reads the curve.json that `immersions train` writes beside the weights. Needs matplotlib.
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

LINES = (("all", "the whole batch"), ("across", "other tracks"), ("within", "the same track"))


def draw(rows: list[dict[str, float]], name: str, picture: Path) -> None:
    """Accuracy above, with chance dashed, and the losses below."""
    steps = [row["step"] for row in rows]
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 6), sharex=True, layout="constrained")
    for key, words in LINES:
        if any(f"validation_{key}" not in row for row in rows):
            continue  # with a single track held out there are no others to tell it from
        shown = above.plot(steps, [100 * row[f"validation_{key}"] for row in rows], label=words)
        above.axhline(100 * rows[-1][f"chance_{key}"], color=shown[0].get_color(), ls=":", lw=1)
    above.set(ylabel="held-out accuracy, %", ylim=(0, 100), title=f"{name}: told apart from …")
    above.legend(loc="center right", title="dotted: chance")
    below.plot(steps, [row["loss"] for row in rows], label="training (mean since the last)")
    below.plot(steps, [row["validation_loss"] for row in rows], label="held out")
    below.set(xlabel="steps", ylabel="loss, nats")
    below.legend()
    figure.savefig(picture, dpi=110)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python recipes/curve.py EAR_FOLDER PICTURE.png")
    folder = Path(sys.argv[1])
    curve = folder / "curve.json"
    if not curve.is_file():
        sys.exit(f"{folder}: expected the folder of an ear with a curve.json, found none")
    draw(json.loads(curve.read_text()), folder.name, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
