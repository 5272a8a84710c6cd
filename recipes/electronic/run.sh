#!/bin/sh
# Makes the ear `electronic` from nothing: fetches its music, trains in two parts, probes. Run it
# again to go on. Asks for `make dev` (the environment) and ffmpeg; see README.md beside this file.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/electronic/run.sh: first run 'make dev'" >&2; exit 2; }

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

for split in items time; do
	.venv/bin/immersions probe "runs/ears/$name" recipes/tasks/tracks15.csv --split "$split" \
		--item-seconds 7.8 --no-supervised --report "runs/$name/tracks15-$split.json"
done
.venv/bin/immersions ears listen "runs/ears/$name" data/music/evaluation --report "runs/$name/excites.json"
"$python" recipes/card.py "runs/ears/$name" --probe "runs/$name/tracks15-items.json" \
	"runs/$name/tracks15-time.json" --excites "runs/$name/excites.json" \
	--sections recipes/electronic/licence.md
"$python" recipes/curve.py "runs/ears/$name" "runs/ears/$name-curve.png"
