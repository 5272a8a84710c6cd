"""Put an ear's model card together from its parts; what is not given stays as it is.

    python recipes/card.py runs/ears/house --probe house-items.json house-time.json \
        --excites house-excites.json --sections licence.md credits.md

The folder's README.md begins as `immersions train` writes it. Sections are what stands below a
heading of two hashes. `Probe` is made of reports of `immersions probe`, `What each layer responds
to` of a report of `immersions ears listen`, `Curve` of the curve.json that lies in the folder; a
file of `--sections` gives any others. A section that the card has already is replaced, so that the
same command may be run again.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from immersions.training.excitation.section import TITLE
from immersions.training.excitation.section import markdown as excitation
from probe_table import every_readout, markdown, read_report, table_of

CARD, CURVE = "README.md", "curve.json"
HEADING = re.compile(r"^## +(.+?)[ #]*$", re.MULTILINE)
CAME_ON, PROBE = "Curve", "Probe"
FIRST, LAST = (CAME_ON, PROBE, TITLE), ("Licence and use", "Music")
MOST_ROWS = 8
SPLITS = {
    "items": "a random 70 % of the items of each class train",
    "time": "the first 70 % of each track train and the last 30 % test",
    "groups": "whole groups are on one side, such as pieces or records",
}
INTRODUCTION = """\
A linear classifier tells labels that the ear was never told, one vector an item. Loss is the
mean of −ln p, accuracy is in %, and deviations are those over the seeds; `docs/training.md` says
how each row is made."""

Sections = dict[str, str]
"""Heading to the text below it; the empty heading is that above all others."""


def parts_of(card: str) -> Sections:
    """The card's sections in their order. Raises `ValueError` for two of one name."""
    pieces = HEADING.split(card)
    sections = {"": pieces[0].strip()}
    for title, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if title in sections:
            raise ValueError(f"expected sections with names of their own, got two called {title!r}")
        sections[title] = text.strip()
    return sections


def composed(sections: Sections) -> str:
    """The card: what was measured stands first, what is long and formal last."""
    others = [title for title in sections if title not in ("", *FIRST, *LAST)]
    ordered = [title for title in (*FIRST, *others, *LAST) if title in sections]
    texts = [sections[""], *(f"## {title}\n\n{sections[title]}" for title in ordered)]
    return "\n\n".join(texts) + "\n"


def probe_section(reports: Sequence[dict[str, Any]]) -> str:
    """What a linear classifier finds, with every readout that the reports share."""
    tasks = "\n".join(
        f"- **{report['task']}, {report['split']}**: {report['classes']} classes, "
        f"{report['items']} items of {report['item_seconds']:.1f} s; {SPLITS[report['split']]}; "
        f"{report['seeds']} seeds"
        for report in reports
    )
    table = markdown(table_of(reports, every_readout(reports))).strip()
    curves = [curve_table(report) for report in reports if "curve" in report]
    return "\n\n".join([INTRODUCTION, tasks, table, *curves])


def curve_rows(path: Path) -> list[dict[str, float]]:
    """Empty where there is no curve, or nothing was held out. Raises `ValueError`, `OSError`."""
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [row for row in rows if {"step", "loss", "validation_loss"} <= row.keys()]
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: expected what `immersions train` wrote ({error})") from None


def curve_section(rows: Sequence[dict[str, float]]) -> str:
    """How well the coming sound was told on music held out, over the steps of training."""
    keys = {"all": "the whole batch", "across": "other tracks", "within": "the same track"}
    found = {key: words for key, words in keys.items() if f"validation_{key}" in rows[-1]}
    count = min(MOST_ROWS, len(rows))
    chosen = [rows[len(rows) * number // count - 1] for number in range(1, count + 1)]
    lines = [
        "Told from what is in the column, on tracks that were never trained on, in %:",
        "",
        f"| steps | {' | '.join(found.values())} | loss there | loss in training |",
        "|---|" + "---|" * (len(found) + 2),
    ]
    for row in chosen:
        cells = [f"{100 * row[f'validation_{key}']:.1f}" for key in found]
        losses = f"{row['validation_loss']:.3f} | {row['loss']:.3f}"
        lines.append(f"| {row['step']:.0f} | {' | '.join(cells)} | {losses} |")
    return "\n".join(lines)


def curve_table(report: dict[str, Any]) -> str:
    """How accuracy came on while the ear was trained."""
    readouts = list(report["curve"][0]["readouts"])
    lines = [
        f"While it was trained, accuracy on {report['task']}, {report['split']}:",
        "",
        f"| steps | hours of music heard | {' | '.join(readouts)} |",
        "|---|---|" + "---|" * len(readouts),
    ]
    for row in report["curve"]:
        scores = [f"{100 * row['readouts'][name]['accuracy']:.1f}" for name in readouts]
        lines.append(f"| {row['step']} | {row['hours']:.1f} | {' | '.join(scores)} |")
    return "\n".join(lines)


def excitation_section(path: Path) -> str:
    """What `immersions ears listen` found. Raises `ValueError` or `OSError` with one line."""
    try:
        return parts_of(excitation(json.loads(path.read_text(encoding="utf-8"))))[TITLE]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path}: expected a report of `immersions ears listen` ({error})"
        ) from None


def main() -> None:
    """Parse the command line and write the card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of an ear")
    parser.add_argument("--probe", nargs="+", type=Path, default=[], metavar="REPORT")
    parser.add_argument("--excites", type=Path, metavar="REPORT")
    parser.add_argument("--sections", nargs="+", type=Path, default=[], metavar="MARKDOWN")
    given = parser.parse_args()
    try:
        card = given.folder / CARD
        sections = parts_of(card.read_text(encoding="utf-8"))
        if rows := curve_rows(given.folder / CURVE):
            sections[CAME_ON] = curve_section(rows)
        if given.probe:
            sections[PROBE] = probe_section([read_report(path) for path in given.probe])
        if given.excites:
            sections[TITLE] = excitation_section(given.excites)
        for path in given.sections:
            sections |= named(path)
        partial = card.with_name(f".{CARD}.partial")
        partial.write_text(composed(sections), encoding="utf-8")
        partial.replace(card)
    except (ValueError, OSError) as error:
        sys.exit(f"card.py: {error}")


def named(path: Path) -> Sections:
    """The sections of a Markdown file. Raises `ValueError` where something stands above them."""
    sections = parts_of(path.read_text(encoding="utf-8"))
    if sections.pop("") or not sections:
        raise ValueError(f"{path}: expected sections that begin with '## ', got other text")
    return sections


if __name__ == "__main__":
    main()
