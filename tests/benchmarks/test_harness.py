"""The pure parts of the benchmark harness: statistics, tables, verdicts, and the protocol of the programs."""

from __future__ import annotations

import math

import pytest

from benchmarks import harness, machine, results
from benchmarks.__main__ import GROUPS, MEASURES, named
from benchmarks.measure import HERON, KERAS_JAX, OURS, TORCH, Contestant, Figure, Measure, Target

MEASURE = Measure(
    name="sleep",
    title="Sleeping",
    text="How long a nap takes.",
    contestants=(TORCH.runs("nap.py"), KERAS_JAX.runs("nap.py", called="long"), OURS.runs("nap.py")),
    figures=(Figure("nap", "A nap"), Figure("size", "Size", "MB", is_ratio_meant=False)),
    targets=(
        Target("nap", 1.0),
        Target("nap", 0.5, times="torch"),
        Target("nap", 1.0, times="best peer"),
        Target("nap", 1.0, times="nobody"),
        Target("size", 1.0),
    ),
)
RUNS = {
    "torch": [{"nap": 2.0}, {"nap": 6.0}, {"nap": 4.0}],
    "Keras on JAX, long": [{"nap": 1.5, "size": 7.0}, {"nap": 2.5, "size": 9.0}],
    HERON: [{"nap": 1.0}, {"nap": 2.0}, {"nap": 1.0}],
}


def test_the_median_and_the_extremes():
    assert results.summarise([3.0, 1.0, 2.0, 10.0]) == results.Summary(2.5, 1.0, 10.0, 4)
    with pytest.raises(ValueError, match="at least one value; received none"):
        results.summarise([])


def test_a_ratio_is_the_median_of_the_rounds_both_ran_in():
    assert results.ratio([2.0, 6.0, 4.0], [1.0, 2.0, 1.0]) == 3.0  # of 2, 3, 4; the medians alone would say 4
    assert results.ratio([8.0], [2.0, 1.0]) == 4.0
    assert math.isnan(results.ratio([], [1.0]))


@pytest.mark.parametrize(
    "value, unit, shown",
    [
        (28.04, "s", "28.0"),
        (0.0456, "s", "0.0456"),
        (0.00004167, "µs", "41.7"),
        (1234.5, "s", "1,234"),
        (0.0, "%", "0"),
        (-3.21, "%", "-3.21"),
        (0.00001234, "s", "0.0000"),
    ],
)
def test_numbers_have_three_digits(value, unit, shown):
    assert results.number(value, unit) == shown


def test_the_rows_of_a_table():
    assert results.rows(MEASURE, MEASURE.figures[0], RUNS) == [
        ["", "median s", "min - max", "times heron", "rounds"],
        ["torch", "4.00", "2.00 - 6.00", "3.00", "3"],
        ["Keras on JAX, long", "2.00", "1.50 - 2.50", "1.38", "2"],
        ["heron", "1.00", "1.00 - 2.00", "1.00", "3"],
    ]


def test_a_figure_that_is_no_time_has_no_ratio_and_absent_values_no_row():
    assert results.rows(MEASURE, MEASURE.figures[1], RUNS) == [
        ["", "median MB", "min - max", "rounds"],
        ["Keras on JAX, long", "8.00", "7.00 - 9.00", "2"],
    ]


def test_without_heron_there_is_no_ratio():
    assert results.rows(MEASURE, MEASURE.figures[0], {"torch": RUNS["torch"]})[1][3] == "-"


def test_the_verdicts():
    assert results.verdicts(MEASURE, RUNS) == [
        "reached: heron: A nap 1.00 s, to be at most 1 s",
        "reached: heron: A nap 0.33 times torch, to be at most 0.5 times",
        "reached: heron: A nap 0.73 times Keras on JAX, long, to be at most 1 times",
        "not measured: heron: A nap against nobody",
        "not measured: heron: Size",
    ]
    slow = {**RUNS, HERON: [{"nap": 3.0}] * 3}
    assert results.verdicts(MEASURE, slow)[:2] == [
        "MISSED: heron: A nap 3.00 s, to be at most 1 s",
        "MISSED: heron: A nap 0.75 times torch, to be at most 0.5 times",
    ]


def test_of_a_speed_more_is_better():
    measure = Measure(
        name="work",
        title="Work",
        text="How fast.",
        contestants=(TORCH.runs("work.py"), KERAS_JAX.runs("work.py"), OURS.runs("work.py")),
        figures=(Figure("rate", "Pieces", "a second", is_more_better=True),),
        targets=(Target("rate", 1.5, times="best peer"), Target("rate", 3.0, times="torch"), Target("rate", 300)),
    )
    runs = {"torch": [{"rate": 100.0}], "Keras on JAX": [{"rate": 120.0}], HERON: [{"rate": 240.0}]}
    assert results.rows(measure, measure.figures[0], runs)[1:] == [
        ["torch", "100", "100 - 100", "0.42", "1"],
        ["Keras on JAX", "120", "120 - 120", "0.50", "1"],
        ["heron", "240", "240 - 240", "1.00", "1"],
    ]
    assert results.verdicts(measure, runs) == [
        "reached: heron: Pieces 2.00 times Keras on JAX, to be at least 1.5 times",
        "MISSED: heron: Pieces 2.40 times torch, to be at least 3 times",
        "MISSED: heron: Pieces 240 a second, to be at least 300 a second",
    ]


def test_the_best_peer_is_neither_heron_nor_hand_written():
    runs = {"hand-written JAX, with accuracy": [{"nap": 0.1}], **RUNS}
    nap = MEASURE.figures[0]
    assert results.best_peer(runs, nap) == "Keras on JAX, long"
    assert results.best_peer({HERON: RUNS[HERON]}, nap) is None


def test_the_two_forms_of_a_table():
    table = [["", "median s"], ["torch", "4.00"], ["heron", "11.00"]]
    assert results.as_text(table).splitlines() == [
        "         median s",
        "  torch      4.00",
        "  heron     11.00",
    ]
    assert results.as_markdown(table).splitlines() == [
        "|  | median s |",
        "| --- | ---: |",
        "| torch | 4.00 |",
        "| heron | 11.00 |",
    ]


def test_a_report_holds_every_table_and_verdict():
    text = results.report(MEASURE, RUNS, markdown=True)
    assert text.startswith("### Sleeping\n\nHow long a nap takes.\n\n**A nap**\n\n| ")
    assert "\n- reached: heron: A nap 1.00 s" in text
    assert "**Size**" not in results.report(MEASURE, {HERON: [{"nap": 1.0}]}, markdown=True)


def test_the_last_line_of_a_program_is_its_result():
    assert harness.read_result('Epoch 1/500\nnoise\n{"fit": 0.25, "answer": 19}\n\n') == {"fit": 0.25, "answer": 19.0}


@pytest.mark.parametrize("output", ["", "done\n", '{"fit": "fast"}', "[1]", '{"fit": 1}\nbye'])
def test_anything_else_is_refused(output):
    with pytest.raises(harness.ProgramError, match="must end with one JSON line of numbers; received"):
        harness.read_result(output)


def test_who_is_missing_and_who_is_due():
    assert harness.missing(Contestant("nobody", ("json", "no_such_package_here"))) == ["no_such_package_here"]
    seldom, always = TORCH.runs("a.py", rounds=2), OURS.runs("b.py")
    assert harness.due([seldom, always], 1) == [seldom, always]
    assert harness.due([seldom, always], 2) == [always]


def test_the_environment_allows_bytecode_and_chooses_the_backend(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    found = harness.environment(Contestant("k", environment={"KERAS_BACKEND": "torch"}), "scratch")
    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert found["HERON_COMPILATION_CACHE"] == "off"  # each process compiles, as those of the peers do
    assert (found["KERAS_BACKEND"], found["KERAS_HOME"], found["JAX_PLATFORMS"]) == ("torch", "scratch", "cpu")


def test_a_processor_is_named_by_what_linux_says():
    text = "processor\t: 0\nmodel name\t: Fast One\nflags\t\t: fpu avx2 avx512f\n"
    assert machine.cpu_name(text) == "Fast One"
    assert machine.vector_sets(text) == ["AVX2", "AVX-512"]
    assert machine.vector_sets("") == []


def test_a_group_stands_for_its_measures():
    assert named(["line", "convnets", "nothing"]) == ["line", "resnet", "mobilenet", "lenet", "sequences", "nothing"]
    assert named([]) == list(MEASURES)
    assert not GROUPS.keys() & MEASURES.keys()


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.name)
def test_each_measure_is_consistent(measure):
    names = [contestant.name for contestant in measure.contestants]
    figures = {figure.key for figure in measure.figures}
    assert len(names) == len(set(names))
    assert HERON in names
    assert all((harness.PROGRAMS / contestant.program).is_file() for contestant in measure.contestants)
    for target in measure.targets:
        assert target.figure in figures
        assert target.contestant in names
        assert target.times is None or target.times in [*names, "best peer"]
