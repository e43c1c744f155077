"""heron beside Keras on TensorFlow and on JAX, torch and hand-written JAX: medians, ratios, what heron must reach."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks import (
    clothes,
    convnets,
    harness,
    import_time,
    line,
    machine,
    memory,
    predict,
    recurrent,
    results,
    streams,
    transformer,
)

_EACH = (
    line.MEASURE,
    clothes.MEASURE,
    convnets.DIGITS,
    *convnets.CONVNETS,
    *recurrent.MEASURES,
    transformer.MEASURE,
    *streams.MEASURES,
    import_time.MEASURE,
    predict.MEASURE,
)
MEASURES = {measure.name: measure for measure in (*_EACH, memory.MEASURE)}
GROUPS = {"convnets": tuple(measure.name for measure in convnets.CONVNETS)}


def named(names: Sequence[str]) -> list[str]:
    """The measures of those names, in their order; the name of a group stands for all of it, and none for all."""
    return [member for name in names or MEASURES for member in GROUPS.get(name, (name,))]


def main() -> None:
    """Measures what was asked for and prints it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = ", ".join([*MEASURES, *(f"{group} ({', '.join(members)})" for group, members in GROUPS.items())])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {known}; default all")
    parser.add_argument(
        "--repeats", type=int, default=5, metavar="N", help="rounds; in each all run in turn (default 5)"
    )
    parser.add_argument("--only", action="append", metavar="TEXT", help="only contestants with TEXT in their name")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    chosen = parser.parse_args()
    wanted = named(chosen.names)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        parser.error(f"there is no measure {unknown[0]!r}; there are {known}")
    if chosen.repeats < 1:
        parser.error(f"--repeats must be at least 1; received {chosen.repeats}")
    print(machine.note(), flush=True)
    for name in wanted:
        measure = MEASURES[name]
        harness.say(f"{measure.title} ...")
        runs = harness.run_measure(measure, chosen.repeats, chosen.only)
        print("\n" + results.report(measure, runs, chosen.markdown), flush=True)


if __name__ == "__main__":
    main()
