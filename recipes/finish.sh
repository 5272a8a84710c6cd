#!/bin/sh
# What follows training in every recipe: listen to what excites the layers, probe, put the model card together.
#     recipes/finish.sh NAME MUSIC LICENCE
# The ear is runs/ears/NAME; MUSIC is what it listens to. Every ear is probed alike, on the tasks whose sound is there:
# items of 7.8 s, SEEDS seeds (5). LABELS is how many steps the architecture is trained on the labels (120; 0: not at all).
set -eu
[ $# -eq 3 ] || { echo "usage: recipes/finish.sh NAME MUSIC LICENCE" >&2; exit 2; }
name="$1" music="$2" licence="$3"
cd "$(dirname "$0")/.."
python=.venv/bin/python
labels="${LABELS:-120}"
rival="--supervised-steps $labels --precision ${PRECISION:-bfloat16}"
[ "$labels" -gt 0 ] || rival=--no-supervised
composers="data/piano/composers${TRIAL:+-trial}.csv"

.venv/bin/immersions ears listen "runs/ears/$name" "$music" --threads "${THREADS:-1}" --report "runs/$name/excites.json"

reports=""
probe() {
	task="$1"; shift
	for split in "$@"; do
		report="runs/$name/$(basename "$task" .csv)-$split.json"
		# Options and reports, which have no spaces.
		# shellcheck disable=SC2086
		.venv/bin/immersions probe "runs/ears/$name" "$task" --split "$split" --item-seconds 7.8 \
			--seeds "${SEEDS:-5}" $rival --threads "${THREADS:-1}" --report "$report"
		reports="$reports $report"
	done
}

if [ -d data/music/evaluation ]; then
	probe recipes/tasks/tracks15.csv items time
else
	echo "tracks15 is left out: its music comes with recipes/small/fetch.py --split evaluation"
fi
if [ -f "$composers" ]; then
	probe "$composers" items groups
else
	echo "composers is left out: recipes/piano/composers.py ASAP renders it"
fi

# shellcheck disable=SC2086
"$python" recipes/card.py "runs/ears/$name" ${reports:+--probe $reports} \
	--excites "runs/$name/excites.json" --sections "$licence"
"$python" recipes/curve.py "runs/ears/$name" "runs/ears/$name-curve.png"
