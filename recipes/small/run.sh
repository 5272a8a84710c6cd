#!/bin/sh
# Makes the ear `small` from nothing: fetches its music, trains in two parts, probes. Run it again to
# go on. Asks for `make dev` (the environment) and ffmpeg; see README.md beside this file.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/small/run.sh: first run 'make dev'" >&2; exit 2; }

if [ -n "${SMOKE:-}" ]; then # everything once, of everything a little
	: "${NAME:=smoke-small}" "${STEPS:=4}" "${MORE_STEPS:=4}" "${SEEDS:=1}" "${LABELS:=0}"
	export SEEDS LABELS TRIAL=1
fi
name="${NAME:-small}"
"$python" recipes/small/fetch.py
{ printf '## Music\n\n'; "$python" recipes/small/credits.py; } > data/small-note.md

train() {
	folder="$1"; shift
	.venv/bin/immersions train data/music/train -o "runs/ears/$folder" --threads 1 \
		--precision "${PRECISION:-bfloat16}" --note data/small-note.md "$@"
}

# Eight tracks a batch teach what moves within a track, and quickly so; 116 tracks then teach to tell tracks.
train "$name-first" --steps "${STEPS:-3200}"
train "$name" --from "runs/$name-first" --steps "${MORE_STEPS:-1500}" \
	--items "${ITEMS:-128}" --crops 4 --singles "${SINGLES:-112}"

"$python" benchmarks/probe_tracks15.py "runs/ears/$name"
recipes/finish.sh "$name" data/music/evaluation recipes/small/licence.md

echo "To bundle it: cp runs/ears/$name/* src/immersions/assets/ears/small/"
echo "and then: $python -m immersions.stage.workers.layouts"
