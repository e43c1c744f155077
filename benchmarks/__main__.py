"""heron beside Keras on TensorFlow and on JAX, torch and hand-written JAX: medians, ratios, what heron must reach."""

from __future__ import annotations

import argparse

from benchmarks import clothes, harness, import_time, line, machine, memory, predict, results

MEASURES = {one.MEASURE.name: one.MEASURE for one in (line, clothes, import_time, predict, memory)}


def main() -> None:
    """Measures what was asked for and prints it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(MEASURES)}; default all")
    parser.add_argument(
        "--repeats", type=int, default=5, metavar="N", help="rounds; in each all run in turn (default 5)"
    )
    parser.add_argument("--only", action="append", metavar="TEXT", help="only contestants with TEXT in their name")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in MEASURES]
    if unknown:
        parser.error(f"there is no measure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    if chosen.repeats < 1:
        parser.error(f"--repeats must be at least 1; received {chosen.repeats}")
    print(machine.note(), flush=True)
    for name in chosen.names or MEASURES:
        measure = MEASURES[name]
        harness.say(f"{measure.title} ...")
        runs = harness.run_measure(measure, chosen.repeats, chosen.only)
        print("\n" + results.report(measure, runs, chosen.markdown), flush=True)


if __name__ == "__main__":
    main()
