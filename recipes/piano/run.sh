#!/bin/sh
# Makes the ear `piano` from nothing: renders its music, trains, probes. Run it again to go on.
#     recipes/piano/run.sh MUTOPIA [ASAP]
# Asks for `make dev` (the environment) and FluidSynth; see README.md beside this file.
set -eu
[ $# -ge 1 ] || { echo "usage: recipes/piano/run.sh MUTOPIA [ASAP] (archives or folders of MIDI)" >&2; exit 2; }
mutopia="$(realpath "$1")"
asap="${2:+$(realpath "$2")}"
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/piano/run.sh: first run 'make dev'" >&2; exit 2; }

if [ -n "${SMOKE:-}" ]; then # everything once, of everything a little
	: "${NAME:=smoke}" "${STEPS:=16}" "${SHARE:=0.03}" "${SEEDS:=1}" "${LABELS:=0}"
	export SEEDS LABELS TRIAL=1
fi
name="${NAME:-piano}"
steps="${STEPS:-1200}"
"$python" recipes/piano/render.py "$mutopia" --share "${SHARE:-1}"
{ printf '## Music\n\n'; "$python" recipes/piano/credits.py; } > data/piano-note.md

.venv/bin/immersions train data/piano/train --validate-on data/piano/held-out -o "runs/ears/$name" \
	--preset "${PRESET:-small}" --dropout 0 --steps "$steps" --crops 4 --singles 16 \
	--snapshot-every "$(((steps + 3) / 4))" \
	--threads "${THREADS:-1}" --precision "${PRECISION:-bfloat16}" --note data/piano-note.md

if [ -n "$asap" ]; then
	# shellcheck disable=SC2086
	"$python" recipes/piano/composers.py "$asap" ${TRIAL:+--composers 3 --pieces 4}
fi
recipes/finish.sh "$name" data/piano/held-out recipes/piano/licence.md
