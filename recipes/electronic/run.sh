#!/bin/sh
# Makes the ear `electronic` from nothing: fetches its music, trains, probes. Run it again to go on.
# Asks for `make dev` (the environment) and ffmpeg; see README.md beside this file.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/electronic/run.sh: first run 'make dev'" >&2; exit 2; }

name="${NAME:-electronic}"
steps="${STEPS:-1000}"
"$python" recipes/small/fetch.py
{ printf '## Music\n\n'; "$python" recipes/small/credits.py; } > data/electronic-note.md

.venv/bin/immersions train data/music/train -o "runs/ears/$name" --preset h20 --dropout 0 \
	--steps "$steps" --crops 4 --singles 16 --snapshot-every "$(((steps + 4) / 5))" \
	--threads "${THREADS:-1}" --precision "${PRECISION:-bfloat16}" --note data/electronic-note.md

.venv/bin/immersions probe "runs/ears/$name" recipes/tasks/tracks15.csv --split items \
	--report "runs/$name/tracks15-items.json"
.venv/bin/immersions probe "runs/ears/$name" recipes/tasks/tracks15.csv --split time \
	--report "runs/$name/tracks15-time.json"
"$python" recipes/curve.py "runs/ears/$name" "runs/ears/$name-curve.png"
