#!/bin/sh
# click_through.sh VIDEO OUTPUT_FOLDER [BLENDER_ARGUMENT]... : the windowed check, on a virtual X screen.
# Needs Xvfb, xdotool, ImageMagick and a Blender on the PATH with the extension installed and enabled.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
video=$1; output=$2; shift 2
mkdir -p "$output"
exec xvfb-run -a -s "-screen 0 1600x1200x24" \
    blender "$@" -p 0 0 1600 1200 --python "$here/click_through.py" -- "$video" "$output"
