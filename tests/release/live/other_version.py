"""The extension's zip as another version, for trying an update: ``python other_version.py ZIP VERSION OUTPUT``."""

import sys
import tomllib
import zipfile
from pathlib import Path


def with_version(path: Path, version: str, output: Path) -> Path:
    """The zip at ``path`` as the extension's ``version``."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(output, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "blender_manifest.toml":
                was = tomllib.loads(content.decode())["version"]
                content = content.replace(f'version = "{was}"'.encode(), f'version = "{version}"'.encode(), 1)
            new.writestr(entry, content)
    return output


if __name__ == "__main__":
    with_version(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
