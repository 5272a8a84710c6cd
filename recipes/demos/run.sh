#!/bin/sh
# Makes the three demos of docs/demos.md: writes their logs, renders them, and makes them small.
#     recipes/demos/run.sh [FOLDER]
# Asks for `make dev` (the environment). Takes some ten minutes of one core.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
[ -x "$python" ] || { echo "recipes/demos/run.sh: first run 'make dev'" >&2; exit 2; }
folder="${1:-data/demos}"
ffmpeg="$("$python" -c 'from immersions.anatomy.pictures.film import ffmpeg; print(ffmpeg())')"
mkdir -p docs/demos

"$python" recipes/demos/demos.py "$folder"
for name in breakbeat piano decks; do
	.venv/bin/immersions render "$folder/$name" -o "$folder/$name.mp4" --size 960x540 --fps 30 --quality 20
	"$ffmpeg" -hide_banner -loglevel error -y -i "$folder/$name.mp4" \
		-t 60 -c:v libx264 -preset veryfast -crf "${CRF:-34}" -pix_fmt yuv420p -c:a aac -b:a 72k \
		-movflags +faststart "docs/demos/$name.mp4"
	"$ffmpeg" -hide_banner -loglevel error -y -ss 24 -i "$folder/$name.mp4" \
		-frames:v 1 -vf scale=640:-2 -q:v 4 "docs/demos/$name.jpg"
done
du -ch docs/demos/*.mp4 | tail -1
