#!/bin/sh
# Makes the ear `electronic` from nothing: fetches its music, trains in two parts, probes. Run it
# again to go on. Asks for `make dev` (the environment) and ffmpeg; see README.md beside this file.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/electronic/run.sh: first run 'make dev'" >&2; exit 2; }

if [ -n "${SMOKE:-}" ]; then # everything once, of everything a little
	: "${NAME:=smoke-electronic}" "${STEPS:=4}" "${MORE_STEPS:=4}" "${SEEDS:=1}"
	export SEEDS TRIAL=1
fi
name="${NAME:-electronic}"
steps="${STEPS:-1000}"
more="${MORE_STEPS:-600}"
"$python" recipes/small/fetch.py
{ printf '## Music\n\n'; "$python" recipes/small/credits.py; } > data/electronic-note.md

train() {
	folder="$1"; shift
	.venv/bin/immersions train data/music/train -o "runs/ears/$folder" --crops 4 --singles 16 \
		--threads "${THREADS:-1}" --precision "${PRECISION:-bfloat16}" --note data/electronic-note.md "$@"
}

train "$name-first" --preset h20 --dropout 0 --steps "$steps" --snapshot-every "$(((steps + 4) / 5))"
train "$name" --from "runs/$name-first" --steps "$more" --snapshot-every "$(((more + 1) / 2))"

# Its architecture on the labels alone would take hours of a core.
LABELS="${LABELS:-0}" recipes/finish.sh "$name" data/music/evaluation recipes/electronic/licence.md
