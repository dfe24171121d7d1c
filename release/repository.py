"""Makes a static extension repository from the zips in ``dist/``: ``python -m release.repository``.

Any web server can offer the folder: it holds the zips, Blender's ``index.json``, and a page for people.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from .extension_tool import blender_ext
from .package import ROOT, version

PAGE = Path(__file__).with_name("repository_page.html")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="build.py repository", description="Make an extension repository of the zips in dist/."
    )
    parser.add_argument("zips", type=Path, nargs="*", help="default: this version's zips in dist/")
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "repository", help="default: dist/repository/")
    options = parser.parse_args(arguments)
    zips = options.zips or sorted((ROOT / "dist").glob(f"gast_mocap-{version()}-*.zip"))
    if not zips:
        sys.exit("There are no zips yet. Run build.py package first.")
    if missing := [path for path in zips if not path.is_file()]:
        sys.exit(f"There is no file {missing[0]}.")
    make_repository(zips, options.output)
    print(f"wrote {options.output} with {len(zips)} zips. Give Blender the address of its index.json.")


def make_repository(zips: Sequence[Path], output: Path) -> None:
    """Put ``zips`` and Blender's own index of them into ``output``. Of what lies there, only our earlier zips go."""
    output.mkdir(parents=True, exist_ok=True)
    offered = {(output / path.name).resolve(): path.resolve() for path in zips}
    for earlier in output.resolve().glob("gast_mocap-*.zip"):
        if earlier not in offered:
            earlier.unlink()
    for place, path in offered.items():
        if place != path:
            shutil.copy(path, place)
    blender_ext("server-generate", "--repo-dir", output, "--html", "--html-template", PAGE)


if __name__ == "__main__":
    main()
