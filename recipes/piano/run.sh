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

name="${NAME:-piano}"
steps="${STEPS:-1200}"
"$python" recipes/piano/render.py "$mutopia" --share "${SHARE:-1}"
{ printf '## Music\n\n'; "$python" recipes/piano/credits.py; } > data/piano-note.md

.venv/bin/immersions train data/piano/train --validate-on data/piano/held-out -o "runs/ears/$name" \
	--preset "${PRESET:-small}" --dropout 0 --steps "$steps" --crops 4 --singles 16 \
	--snapshot-every "$(((steps + 3) / 4))" \
	--threads "${THREADS:-1}" --precision "${PRECISION:-bfloat16}" --note data/piano-note.md
.venv/bin/immersions ears listen "runs/ears/$name" data/piano/held-out --report "runs/$name/excites.json"

probes=""
if [ -n "$asap" ]; then
	"$python" recipes/piano/composers.py "$asap"
	for split in items groups; do
		report="runs/$name/composers-$split.json"
		.venv/bin/immersions probe "runs/ears/$name" data/piano/composers.csv --split "$split" \
			--item-seconds 7.8 --no-supervised --report "$report"
		probes="$probes $report"
	done
fi
# Without ASAP the card says nothing of probes; the reports' names have no spaces.
# shellcheck disable=SC2086
"$python" recipes/card.py "runs/ears/$name" ${probes:+--probe $probes} \
	--excites "runs/$name/excites.json" --sections recipes/piano/licence.md
"$python" recipes/curve.py "runs/ears/$name" "runs/ears/$name-curve.png"
