#!/bin/sh
# Makes the ear `small` from nothing: fetches its music, trains, probes. Run it again to go on.
# Asks for `make dev` (the environment) and ffmpeg; see README.md beside this file.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/small/run.sh: first run 'make dev'" >&2; exit 2; }

"$python" recipes/small/fetch.py
{ printf '## Music\n\n'; "$python" recipes/small/credits.py; } > data/small-note.md

.venv/bin/immersions train data/music/train -o runs/ears/small --steps "${STEPS:-3200}" \
	--precision "${PRECISION:-bfloat16}" --threads 1 --note data/small-note.md
"$python" benchmarks/probe_tracks15.py runs/ears/small

echo "To bundle it: cp runs/ears/small/* src/immersions/assets/ears/small/"
