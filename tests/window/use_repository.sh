#!/bin/sh
# use_repository.sh SERVED NEWER CLIP [BLENDER_ARGUMENT]... : install, import, update and remove in a windowed Blender.
# SERVED and NEWER are repositories made by `build.py repository`; see tests/release/live/use_repository.py.
# Needs Xvfb, Python, and a Blender on the PATH. Run it without a network but loopback.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
served=$1; newer=$2; clip=$3; shift 3
python3 -m http.server --bind 127.0.0.1 --directory "$served" 8765 >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
export BLENDER_USER_RESOURCES="${TMPDIR:-/tmp}/use_repository.$$"
xvfb-run -a -s "-screen 0 1600x1200x24" \
    blender "$@" --factory-startup --python "$here/../release/live/use_repository.py" \
    -- http://127.0.0.1:8765 "$served" "$newer" "$clip"
