"""What is measured: the contestants of a measure, the figures they report and what heron must reach. Data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

HERON = "heron"


@dataclass(frozen=True)
class Contestant:
    """One program that takes part.

    Args:
        name: its row in the table.
        needs: the packages it imports; without one of them it is left out.
        program: its file in `benchmarks/programs`.
        arguments: what the program gets on its command line.
        environment: environment variables that choose a backend.
        rounds: the most rounds it takes part in; the slow ones need not run in all.
    """

    name: str
    needs: tuple[str, ...] = ()
    program: str = ""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    rounds: int | None = None

    def runs(self, program: str, *arguments: str, called: str = "", rounds: int | None = None) -> Contestant:
        """The same contestant with a program to run, and a remark behind its name."""
        name = f"{self.name}, {called}" if called else self.name
        return replace(self, name=name, program=program, arguments=arguments, rounds=rounds)


KERAS_TENSORFLOW = Contestant(
    "Keras on TensorFlow", ("keras", "tensorflow"), environment={"KERAS_BACKEND": "tensorflow"}
)
KERAS_JAX = Contestant("Keras on JAX", ("keras", "jax"), environment={"KERAS_BACKEND": "jax"})
KERAS_TORCH = Contestant("Keras on torch", ("keras", "torch"), environment={"KERAS_BACKEND": "torch"})
TORCH = Contestant("torch", ("torch",))
JAX = Contestant("hand-written JAX", ("jax",))
OURS = Contestant(HERON, ("heron",))


@dataclass(frozen=True)
class Figure:
    """One number that every run of a measure yields.

    Args:
        key: its name in the program's JSON line; `"process"`, the whole life of the process, comes from the harness.
        title: the heading of its table.
        unit: what it is shown in: `"s"`, `"ms"` or `"µs"` (the program reports seconds), or `"%"`, `"MB"` as reported.
        is_ratio_meant: whether "times heron" says anything (it does for times).
        is_more_better: whether the largest value is the best, as of a speed; of times, the least is.
    """

    key: str
    title: str
    unit: str = "s"
    is_ratio_meant: bool = True
    is_more_better: bool = False


@dataclass(frozen=True)
class Target:
    """What heron must reach: `limit`, in the figure's own scale or as a multiple of another contestant.

    Args:
        figure: the key of the figure.
        limit: the most that is allowed; the least, of a figure of which more is better.
        contestant: whose figure it is, heron's by default.
        times: the contestant whose median `limit` is a multiple of; None for an absolute limit. `"best peer"` is the
            best contestant that is neither heron nor hand-written JAX.
    """

    figure: str
    limit: float
    contestant: str = HERON
    times: str | None = None


@dataclass(frozen=True)
class Measure:
    """A question that the contestants answer side by side.

    Args:
        name: what it is called on the command line.
        title: what is measured, in a few words.
        text: how it is measured, in a sentence or two.
    """

    name: str
    title: str
    text: str
    contestants: tuple[Contestant, ...]
    figures: tuple[Figure, ...]
    targets: tuple[Target, ...] = ()
