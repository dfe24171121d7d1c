"""Makes a static extension repository from the zips in ``dist/``: ``python -m release.repository``.

Any web server can offer the folder: it holds the zips, Blender's ``index.json``, and a page for people.
"""

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
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
    make_repository(zips, options.output)
    print(f"wrote {options.output} with {len(zips)} zips. Give Blender the address of its index.json.")


def make_repository(zips: Iterable[Path], output: Path) -> None:
    """Fill ``output``, which is emptied first, with ``zips`` and Blender's own index of them."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for path in zips:
        shutil.copy(path, output)
    blender_ext("server-generate", "--repo-dir", output, "--html", "--html-template", PAGE)


if __name__ == "__main__":
    main()
