"""``python build.py fuzz``: each target in a process of its own, so that a crash is a finding like any other."""

import argparse
import faulthandler
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .cases import SECONDS_A_CASE, Finding, Target, run_case, run_cases
from .targets import TARGETS

CASES_A_PIECE = 20_000
"""Cases of one process. More starts fewer processes; fewer says earlier how far it is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="python build.py fuzz", description=__doc__)
    parser.add_argument("--target", choices=list(TARGETS), action="append", help="only this one; may be repeated")
    parser.add_argument("--minutes", type=float, default=1.0, help="for all targets together (default: 1)")
    parser.add_argument("--cases", type=int, help="of each target, instead of --minutes")
    parser.add_argument("--seed", type=int, default=0, help="other seeds make other cases")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat one case of --target in this process")
    parser.add_argument("--piece", nargs=2, type=int, metavar=("FIRST", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    targets = [TARGETS[name] for name in options.target or TARGETS]
    if options.piece:
        return run_piece(targets[0], options.seed, *options.piece)
    if options.only is not None:
        with tempfile.TemporaryDirectory() as folder:
            finding = run_case(targets[0], options.seed, options.only, Path(folder))
        print(finding.trouble if finding else "nothing wrong")
        return int(finding is not None)
    found = 0
    print("| target | cases | a second | findings |\n|---|---:|---:|---:|", flush=True)
    for target in targets:
        started = time.monotonic()
        seconds = None if options.cases else options.minutes * 60 / len(targets)
        done, findings = run_pieces(target, options.seed, options.cases, seconds)
        rate = done / (time.monotonic() - started)
        print(f"| {target.name} | {done} | {rate:.0f} | {len(findings)} |", flush=True)
        for finding in findings[:20]:
            print(f"--- {finding.target} --seed {finding.seed} --only {finding.number}\n{finding.trouble}", flush=True)
        found += len(findings)
    return int(found > 0)


def run_pieces(target: Target, seed: int, cases: int | None, seconds: float | None) -> tuple[int, list[Finding]]:
    """Run ``cases`` of them, or as many as ``seconds`` allow."""
    findings: list[Finding] = []
    done, size, started = 0, 20, time.monotonic()
    while (done < cases) if cases else (time.monotonic() - started < (seconds or 0)):
        size = min(size, cases - done) if cases else size
        count, new = piece(target, seed, done, size)
        findings += new
        done += count
        spent = time.monotonic() - started
        affordable = CASES_A_PIECE if seconds is None else int(max(1, (seconds - spent) * done / max(spent, 0.1)))
        size = min(size * 10, CASES_A_PIECE, affordable)
    return done, findings


def piece(target: Target, seed: int, first: int, count: int) -> tuple[int, list[Finding]]:
    """Run cases in a process. One that dies has found something, and the count ends with that case."""
    command = [sys.executable, "-m", "fuzz", "--target", target.name, "--seed", str(seed), "--piece"]
    command += [str(first), str(count)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        assert process.stdout
        reached, findings = first, []
        for line in process.stdout:
            if not line.startswith("{"):
                continue  # a library's
            answer = json.loads(line)
            reached = answer.get("at", reached)
            findings += [Finding(**found) for found in answer.get("findings", [])]
        if status := process.wait():
            said.seek(0)
            trouble = f"the process ended with exit status {status}:\n{said.read()[-2000:]}"
            return reached + 1 - first, [*findings, Finding(target.name, seed, reached, trouble)]
    return count, findings


def run_piece(target: Target, seed: int, first: int, count: int) -> int:
    """What a piece's process does: it prints each case's number before the case, and its findings."""
    armed = 0.0

    def enough(done: int) -> bool:
        nonlocal armed
        if done < count:
            print(json.dumps({"at": first + done}), flush=True)
        if time.monotonic() - armed > SECONDS_A_CASE:  # ends a process that hangs where no signal reaches it
            faulthandler.dump_traceback_later(3 * SECONDS_A_CASE, exit=True)
            armed = time.monotonic()
        return done >= count

    _, findings = run_cases(target, seed, first, enough)
    print(json.dumps({"findings": [asdict(finding) for finding in findings]}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
