"""Runs the programs of a measure in turn, each in a process of its own, and reads the JSON line each prints."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.measure import Contestant, Measure

PROGRAMS = Path(__file__).parent / "programs"
_SECONDS_ALLOWED = 900


class ProgramError(RuntimeError):
    """A program of a contestant failed or said something that is no result."""


def missing(contestant: Contestant) -> list[str]:
    """The packages the contestant needs and this environment lacks."""
    return [name for name in contestant.needs if importlib.util.find_spec(name) is None]


def environment(contestant: Contestant, scratch: str) -> dict[str, str]:
    """The environment of its process: quiet peers, the CPU for all, compiled bytecode allowed, kept programs not."""
    chosen = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "KERAS_HOME": scratch,
        "HERON_COMPILATION_CACHE": "off",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONHASHSEED": "0",
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **chosen, **contestant.environment}


def read_result(output: str) -> dict[str, float]:
    """The figures in the last line of what a program printed.

    Raises:
        ProgramError: when that line is not a JSON object of numbers.
    """
    lines = [line for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    try:
        found = json.loads(last)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, int | float) for value in found.values()):
        raise ProgramError(f"A program must end with one JSON line of numbers; received {last!r}.")
    return {str(name): float(value) for name, value in found.items()}


def run_once(contestant: Contestant, scratch: str, **extra: str) -> dict[str, float]:
    """Runs the program of a contestant; returns its figures and the seconds its process lived.

    Raises:
        ProgramError: when it fails, with the end of what it wrote.
    """
    command = [sys.executable, str(PROGRAMS / contestant.program), *contestant.arguments]
    settings = {**environment(contestant, scratch), **extra}
    begin = time.perf_counter()
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=_SECONDS_ALLOWED, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise ProgramError(f"{contestant.name} ({contestant.program}) failed:\n{done.stderr[-2000:]}")
    return {**read_result(done.stdout), "process": seconds}


def warm_up(contestant: Contestant, scratch: str) -> None:
    """One short run that does not count: fills the file cache, writes bytecode, and counts the modules without it."""
    lacking = int(run_once(contestant, scratch, BENCHMARK_REHEARSAL="1").get("modules_without_bytecode", 0))
    if lacking:
        say(f"  {contestant.name}: {lacking} modules have no compiled bytecode, which slows its start.")


def run_measure(measure: Measure, repeats: int, only: Sequence[str] | None = None) -> dict[str, list[dict[str, float]]]:
    """Runs all contestants in turn, `repeats` rounds: A B C, A B C, ... Those whose packages are missing are named.

    Args:
        measure: what to run.
        repeats: the number of rounds.
        only: parts of names; when given, contestants without any of them stay out.
    """
    present = []
    for contestant in measure.contestants:
        if only and not any(part in contestant.name for part in only):
            continue
        lacking = missing(contestant)
        if lacking:
            say(f"  left out: {contestant.name}, for {' and '.join(lacking)} cannot be imported")
        else:
            present.append(contestant)
    runs: dict[str, list[dict[str, float]]] = {contestant.name: [] for contestant in present}
    with tempfile.TemporaryDirectory() as scratch:
        present = [contestant for contestant in present if _rehearsed(contestant, scratch)]
        for turn in range(repeats):
            for contestant in due(present, turn):
                begin = time.perf_counter()
                try:
                    runs[contestant.name].append(run_once(contestant, scratch))
                except (ProgramError, subprocess.TimeoutExpired) as error:
                    say(f"  round {turn + 1}: no result, {error}")
                    continue
                say(f"  round {turn + 1}: {contestant.name}, {time.perf_counter() - begin:.1f} s")
    return runs


def due(contestants: Iterable[Contestant], turn: int) -> list[Contestant]:
    """Those who take part in round `turn`, counted from 0."""
    return [one for one in contestants if one.rounds is None or turn < one.rounds]


def _rehearsed(contestant: Contestant, scratch: str) -> bool:
    """Whether the program runs; one that does not is reported and left out, so that the others are measured."""
    try:
        warm_up(contestant, scratch)
    except (ProgramError, subprocess.TimeoutExpired) as error:
        say(f"  left out: {error}")
        return False
    return True


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds the tables alone."""
    print(text, file=sys.stderr, flush=True)
