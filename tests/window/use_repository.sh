#!/bin/sh
# use_repository.sh ZIP CLIP FOLDER [BLENDER_ARGUMENT]... : a windowed Blender installs ZIP from a repository on loopback,
# imports CLIP, updates and removes; see tests/release/live/use_repository.py. FOLDER is made for all that this leaves.
# Needs Xvfb, Python, and a Blender on the PATH.
set -eu
live=$(cd "$(dirname "$0")/../release/live" && pwd)
zip=$1; folder=$3
mkdir -p "$folder/served" "$folder/newer"
cp "$zip" "$folder/served"
cp "$2" "$folder/clip.mp4"
python3 "$live/other_version.py" "$zip" 99.0.0 "$folder/newer/newer.zip"
shift 3
for repository in served newer; do
    blender --background --factory-startup --command extension server-generate --repo-dir "$folder/$repository" >/dev/null
done
export BLENDER_USER_RESOURCES="$folder/user"
python3 -m http.server --bind 127.0.0.1 --directory "$folder/served" 8765 >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
xvfb-run -a -s "-screen 0 1600x1200x24" \
    blender "$@" --factory-startup --python "$live/use_repository.py" \
    -- http://127.0.0.1:8765 "$folder/served" "$folder/newer" "$folder/clip.mp4"
