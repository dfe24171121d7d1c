"""Fixtures for real footage, and an exit that bpy cannot spoil."""

import os
import sys
from pathlib import Path

import hypothesis
import pytest

# The same examples on every run and machine, however slow it is.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def data_folder(name: str) -> Path:
    """A folder of real footage or rigs; too large and too variously licensed to lie in the repository."""
    root = Path(os.environ.get("GAST_MOCAP_DATA", ROOT.parent / "shared" / "data"))
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"no {name} folder; set GAST_MOCAP_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def videos() -> Path:
    return data_folder("videos")


@pytest.fixture(scope="session")
def cases() -> Path:
    return data_folder("cases")


@pytest.fixture(scope="session")
def pose2sim() -> Path:
    return data_folder("pose2sim_single")


@pytest.fixture(scope="session")
def rigs() -> Path:
    return data_folder("rigs")


@pytest.fixture(scope="session")
def cmu_mocap() -> Path:
    return data_folder("cmu_mocap")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "fetch" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("fetch"):
                item.add_marker(pytest.mark.skip(reason="it fetches a large package: run it by -m fetch"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


EXIT_STATUS = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """bpy 4.2 can crash and 4.5 can hang while Python shuts down: leave with pytest's own exit code before that."""
    if "bpy" in sys.modules and EXIT_STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[EXIT_STATUS])
