"""Lint, the tests that need PyTorch, and on the Blenders that ``python build.py test`` does not cover the suite
but for the minutes on real clips, which need no Blender."""

import sys

import nox

nox.options.reuse_venv = "yes"
BLENDERS = {"4.2": "3.11", "4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}
TESTED_BY_BUILD = "5.2" if sys.version_info[:2] == (3, 13) else "4.5"


@nox.session
def lint(session: nox.Session) -> None:
    session.install("--require-hashes", "--requirement", "requirements/lint.lock")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def training(session: nox.Session) -> None:
    session.install("--requirement", "training/requirements.txt")
    session.run("python", "-m", "pytest", "tests/training")


def add_session(blender: str, python: str) -> None:
    @nox.session(python=python, name=f"blender-{blender}")
    def suite(session: nox.Session) -> None:
        session.install("--require-hashes", "--requirement", f"requirements/blender-{blender}.lock")
        session.run("python", "-m", "pytest", "-m", "not footage", *session.posargs)


for blender, python in BLENDERS.items():
    if blender != TESTED_BY_BUILD:
        add_session(blender, python)
