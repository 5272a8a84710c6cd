"""Ask ffprobe about a sound file, and have ffmpeg decode one."""

import json
from pathlib import Path

from debian import run

MODULES = {".mod", ".xm", ".it", ".s3m"}
RECORDED = {".ogg", ".oga", ".opus", ".flac", ".mp3"}


def probe(path: Path) -> tuple[float, dict[str, str]]:
    """Duration in seconds and the tags (names in lower case) of a sound file."""
    text = run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration:format_tags:stream_tags",
         "-of", "json", str(path)]
    )  # fmt: skip
    answer = json.loads(text)
    tags: dict[str, str] = {}
    for part in (*answer.get("streams", []), answer.get("format", {})):
        tags |= {name.lower(): value.strip() for name, value in part.get("tags", {}).items()}
    return float(answer.get("format", {}).get("duration", 0.0)), tags


def is_module(path: Path) -> bool:
    """Whether `path` is a tracker module, which has to be rendered to become sound."""
    return path.suffix.lower() in MODULES


def render_module(source: Path, target: Path) -> None:
    """Decode a tracker module to a 16-bit, 44.1 kHz mono FLAC file."""
    run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(source), "-map_metadata", "-1",
         "-ac", "1", "-ar", "44100", "-sample_fmt", "s16", str(target)]
    )  # fmt: skip
