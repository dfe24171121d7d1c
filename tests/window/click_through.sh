#!/bin/sh
# click_through.sh VIDEO OUTPUT_FOLDER [SCALE] [BLENDER_ARGUMENT]... : the windowed check, on a virtual X screen.
# At a SCALE of the interface other than 1.0 pictures are taken of the take that the job left, and nothing is clicked.
# Needs Xvfb, xdotool, ImageMagick and a Blender on the PATH with the extension installed and enabled.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
video=$1; output=$2; scale=${3:-1.0}
[ $# -lt 3 ] && shift 2 || shift 3
mkdir -p "$output"
if [ "$scale" = 1.0 ]; then script=click_through.py size="1600 1200"; else script=look.py size="2400 1350"; fi
set -- blender "$@" -p 0 0 $size --python "$here/$script" -- "$video" "$output" "$scale"
exec xvfb-run -a -s "-screen 0 $(echo "$size" | tr ' ' x)x24" "$@"
