"""One table of many probes, like Table 2 of Herrmann (2020): rows are ears, columns are tasks.

    for split in items time; do
        immersions probe small recipes/tasks/tracks15.csv --split $split --report small-$split.json
    done
    python recipes/probe_table.py small-*.json [--readout 'mean of c']… [--json table.json]

Takes the reports of `immersions probe`. Below the ears stand the same networks untrained, log-mel
bands, MFCCs and the architectures trained on the labels, each once. Prints Markdown: loss is the
mean of -ln p, accuracy is in %, both over the seeds.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

BASELINES = {"logmel": "log-mel bands", "mfcc": "MFCCs"}
KEYS = {
    "task",
    "split",
    "ear",
    "readout",
    "readouts",
    "untrained_readouts",
    "item_seconds",
    "chance",
}
Row = dict[str, Any]


def read_report(path: Path) -> Row:
    """A report of `immersions probe`. Raises `ValueError` or `OSError` with one line."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: expected a report of `immersions probe` ({error})") from None
    missing = KEYS - (report.keys() if isinstance(report, dict) else set())
    if missing:
        raise ValueError(
            f"{path}: expected a report of `immersions probe`, it has no {min(missing)}"
        )
    return report


def table_of(reports: Sequence[Row], readouts: Sequence[str] = ()) -> Row:
    """`columns` (task, split) and `rows` (name, cells): a score or None for each column.

    Without `readouts` each ear is read as its report's own row; with them, a report that lacks one
    has no row for it. Raises `ValueError` when two reports are of one ear, task and split, or none
    has such a readout.
    """
    known = dict.fromkeys(name for one in reports for name in (one["readout"], *one["readouts"]))
    for readout in readouts:
        if readout not in known:
            raise ValueError(f"readout: expected one of {', '.join(known)}, got {readout!r}")
    lengths = {report["item_seconds"] for report in reports}
    columns = list(dict.fromkeys((report["task"], report["split"]) for report in reports))
    groups: list[dict[str, dict[tuple[str, str], Row]]] = [{}, {}, {}, {}]
    asked = set()
    for report in reports:
        column = report["task"], report["split"]
        length = f", {report['item_seconds']:.1f} s" if len(lengths) > 1 else ""
        name, kind = report["ear"]["name"], report["ear"]["architecture"]
        if (name, length, column) in asked:
            raise ValueError(f"two reports of {name} on {column[0]}, split {column[1]}")
        asked.add((name, length, column))
        for readout in readouts or [report["readout"]]:
            if readout not in (report["readout"], *report["readouts"]):
                continue
            words = f", {readout}" if readouts else ""
            trained, untrained = (_read(report, readout, key) for key in ("ear", "untrained"))
            _put(groups[0], f"{name}{words}{length}", column, trained)
            _put(groups[1], f"{kind} untrained{words}{length}", column, untrained)
        for key, words in BASELINES.items():
            _put(groups[2], f"{words}{length}", column, report[key])
        if report["supervised"]:
            _put(groups[2], f"{kind} trained on the labels{length}", column, report["supervised"])
        chance = {"accuracy": report["chance"], "accuracy_std": None, "loss": None}
        _put(groups[3], "always the largest class", column, chance)
    rows = [
        {"name": name, "cells": [_score(cells.get(column)) for column in columns]}
        for group in groups
        for name, cells in group.items()
    ]
    return {"columns": [{"task": task, "split": split} for task, split in columns], "rows": rows}


def markdown(table: Row) -> str:
    """The table in Markdown; loss and accuracy of a column in one cell each."""
    heads = [f"{column['task']}, {column['split']}" for column in table["columns"]]
    lines = [
        "| | " + " | ".join(f"{head}: loss | accuracy" for head in heads) + " |",
        "|---|" + "---|---|" * len(heads),
    ]
    for row in table["rows"]:
        cells = [text for score in row["cells"] for text in _cells(score)]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def every_readout(reports: Iterable[Row]) -> list[str]:
    """The readouts that all of the reports have, the own one of the first in front."""
    found = [[report["readout"], *report["readouts"]] for report in reports]
    return [name for name in found[0] if all(name in names for names in found)]


def _read(report: Row, readout: str, key: str) -> Row:
    if readout == report["readout"]:
        return report[key]
    return report["readouts" if key == "ear" else "untrained_readouts"][readout]


def _put(
    group: dict[str, dict[tuple[str, str], Row]], name: str, column: tuple[str, str], score: Row
) -> None:
    """Of a baseline that several reports have, the first is taken."""
    group.setdefault(name, {}).setdefault(column, score)


def _score(score: Row | None) -> Row | None:
    return score and {key: score[key] for key in ("accuracy", "accuracy_std", "loss")}


def _cells(score: Row | None) -> tuple[str, str]:
    if score is None:
        return "–", "–"
    loss = "–" if score["loss"] is None else f"{score['loss']:.3f}"
    deviation = score["accuracy_std"]
    spread = "" if deviation is None else f" ± {100 * deviation:.1f}"
    return loss, f"{100 * score['accuracy']:.1f}{spread}"


def main() -> None:
    """Parse the command line, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--readout", action="append", default=[], help="default: the reports' own")
    parser.add_argument("--json", type=Path, help="write the table as JSON too")
    given = parser.parse_args()
    try:
        table = table_of([read_report(path) for path in given.reports], given.readout)
        if given.json:
            given.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    except (ValueError, OSError) as error:
        sys.exit(f"probe_table.py: {error}")
    print(markdown(table), end="")


if __name__ == "__main__":
    main()
