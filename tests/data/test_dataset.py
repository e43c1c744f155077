"""Data sets: every sample once an epoch, an order that the seed alone decides, a position that can be restored."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import weakref

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heron
from heron.data import Dataset
from heron.data.flow import batches, drawn, every_nth, first_rows, later_rows
from heron.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    HeronNote,
    UnknownAttributeError,
    UnknownImportError,
)

ROWS = st.integers(1, 40)


def flat(dataset):
    return [int(v) for batch in dataset for v in np.ravel(batch)]


def stream(rows):
    return Dataset.from_generator(lambda: iter(range(rows)))


# ---- order ---------------------------------------------------------------------------------------------------------


@given(rows=ROWS, size=st.integers(1, 50), buffer=st.integers(1, 50) | st.none(), seed=st.integers(0, 9))
def test_every_sample_comes_once_an_epoch_in_an_order_of_the_seed(rows, size, buffer, seed):
    def make():
        return Dataset.from_arrays(np.arange(rows)).shuffle(buffer, seed).batch(size)

    one, other = make(), make()
    epochs = [flat(one) for _ in range(3)]
    assert epochs == [flat(other) for _ in range(3)]
    assert all(sorted(epoch) == list(range(rows)) for epoch in epochs)
    assert rows < 20 or (buffer or 2) < 2 or epochs[0] != epochs[1]
    assert [len(batch) for batch in one][:-1] == [size] * (len(one) - 1)


@given(rows=ROWS, buffer=st.integers(1, 50), seed=st.integers(0, 9))
def test_a_stream_is_shuffled_from_a_buffer(rows, buffer, seed):
    data = stream(rows).shuffle(buffer, seed)
    epochs = [flat(data) for _ in range(2)]
    assert all(sorted(epoch) == list(range(rows)) for epoch in epochs)
    assert buffer > 1 or epochs[0] == list(range(rows))


@given(rows=ROWS, size=st.integers(1, 12), stop=st.integers(0, 45), kind=st.sampled_from("rows stream filter".split()))
def test_a_position_is_restored(rows, size, stop, kind):
    def make():
        data = Dataset.from_arrays(np.arange(rows)) if kind != "stream" else stream(rows)
        data = data.shuffle(None if kind != "stream" else 7).map(lambda x: x + 1)
        return (data.filter(lambda x: x % 3 != 0) if kind == "filter" else data).batch(size)

    data = make()
    list(data)
    iterator = iter(data)
    for _ in range(stop):
        next(iterator, None)
    state = json.loads(json.dumps(iterator.get_state()))
    rest, after = [b.tolist() for b in iterator], flat(data)
    restored = make()  # as another process would, with seeds of its own
    again = iter(restored)
    again.set_state(state)
    assert [b.tolist() for b in again] == rest
    assert flat(restored) == after, "the epochs are counted on from there"


def test_passed_elements_are_not_made_again():
    made = []
    data = Dataset.from_arrays(np.arange(10)).map(lambda x: made.append(int(x)) or x).batch(2)
    iterator = iter(data)
    iterator.set_state({"epoch": 0, "position": 4, "seeds": []})
    assert next(iterator).tolist() == [8, 9]
    assert made == [8, 9]


def test_a_state_that_does_not_fit_is_refused():
    iterator = iter(Dataset.from_arrays([1, 2]).shuffle())
    with pytest.raises(ArgumentError, match="shuffles 2 times, this one shuffles 1 times"):
        iterator.set_state({"epoch": 0, "position": 0, "seeds": [1, 2]})
    with pytest.raises(ArgumentError, match="set_state expects what get_state returned; received 3"):
        iterator.set_state(3)


def test_the_order_can_stay_the_same():
    data = Dataset.from_arrays(np.arange(30)).shuffle(seed=1, reshuffle_each_iteration=False).batch(30)
    assert flat(data) == flat(data) != list(range(30))


def test_a_part_that_is_cut_off_behind_a_new_order_in_each_epoch_is_noted():
    data = Dataset.from_arrays(np.arange(30))
    with pytest.warns(HeronNote, match="skip after a shuffle with a new order in each epoch.*\n.*split_dataset"):
        data.shuffle(seed=1).batch(2).skip(3)
    still = data.shuffle(seed=1, reshuffle_each_iteration=False)
    train, test = still.take(20), still.skip(20)
    for _ in range(2):
        assert not set(map(int, train)) & set(map(int, test))


def test_a_function_without_return_is_named():
    def forgets(x):
        x + 1

    for data in (Dataset.from_arrays([1, 2]).map(forgets).batch(2), Dataset.from_arrays([1, 2]).filter(forgets)):
        with pytest.raises(ArgumentTypeError, match=r"'forgets'.* returned None.*\nDoes it lack a return"):
            list(data)


def test_a_function_that_uses_up_an_iterator_ends_nothing_without_a_word():
    for ahead in (False, True):
        for batched in (False, True):
            used = iter(range(2))
            data = Dataset.from_arrays(np.arange(8))
            data = (data.batch(2) if batched else data).map(lambda x, used=used: (next(used), x)[1])
            with pytest.raises(DataError, match=r"'<lambda>'.* raised StopIteration.\nDoes it call next\(\)"):
                list(data.prefetch(2) if ahead else data)


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(DataError, match=r"row 0 has 2 values, row 2 has 1\.\nPad"):
        Dataset.from_arrays([[1, 2], [3, 4], [5]])


def test_a_seed_of_the_process_decides_where_none_is_given():
    def order():
        heron.utils.set_random_seed(5)
        return flat(Dataset.from_arrays(np.arange(30)).shuffle().batch(30))

    assert order() == order()


# ---- steps ---------------------------------------------------------------------------------------------------------


@given(data=st.data(), stage=st.sampled_from(["rows", "elements", "batches"]))
@settings(max_examples=120)
def test_steps_do_what_they_do_to_a_list(data, stage):
    rows = data.draw(ROWS)
    dataset = {"rows": Dataset.from_arrays(np.arange(rows)), "elements": stream(rows)}.get(stage)
    expected = [[i] for i in range(rows)]
    if dataset is None:
        dataset = Dataset.from_arrays(np.arange(rows)).batch(3)
        expected = [list(range(rows))[i : i + 3] for i in range(0, rows, 3)]
    for _ in range(data.draw(st.integers(1, 3))):
        step = data.draw(st.sampled_from(["take", "skip", "shard", "repeat", "cache", "map", "filter"]))
        n = data.draw(st.integers(0, 6))
        if step == "take":
            dataset, expected = dataset.take(n), expected[:n]
        elif step == "skip":
            dataset, expected = dataset.skip(n), expected[n:]
        elif step == "shard":
            dataset, expected = dataset.shard(n + 1, n // 2), expected[n // 2 :: n + 1]
        elif step == "repeat":
            dataset, expected = dataset.repeat(n % 3), expected * (n % 3)
        elif step == "cache":
            dataset = dataset.cache()
        elif step == "map":
            dataset, expected = dataset.map(lambda x: x * 2), [[2 * v for v in e] for e in expected]
        else:
            dataset = dataset.filter(lambda x: np.ravel(x)[0] % 3 != 1)
            expected = [e for e in expected if e[0] % 3 != 1]
    found = [np.ravel(e).tolist() for e in dataset]
    assert found == expected
    assert [np.ravel(e).tolist() for e in dataset] == expected, "a second epoch"
    with contextlib.suppress(TypeError):  # after a filter
        assert len(dataset) == len(expected)


def test_batches_of_rows_of_batches_and_back():
    data = Dataset.from_arrays({"a": np.arange(6)}, np.arange(6) * 10)
    batch = next(iter(data.batch(4)))
    assert batch[0]["a"].tolist() == [0, 1, 2, 3]
    assert batch[1].tolist() == [0, 10, 20, 30]
    assert [y.tolist() for _, y in data.batch(4, drop_remainder=True)] == [[0, 10, 20, 30]]
    assert [y.tolist() for _, y in data.batch(4).unbatch().batch(5)] == [[0, 10, 20, 30, 40], [50]]
    assert [y.shape for _, y in data.batch(2).batch(2)] == [(2, 2), (1, 2)]
    assert len(data.batch(4, drop_remainder=True)) == 1
    assert [int(y) for _, y in data.take(2)] == [0, 10]


def test_a_cache_does_the_work_once():
    made = []
    data = Dataset.from_arrays(np.arange(5)).map(lambda x: made.append(1) or x).cache().batch(2)
    assert flat(data) == flat(data) == list(range(5))
    assert len(made) == 5


def test_without_end():
    data = Dataset.from_arrays(np.arange(4)).shuffle(seed=0).repeat().batch(3)
    iterator = iter(data)
    values = [int(v) for _ in range(8) for v in next(iterator)]
    assert [sorted(values[i : i + 4]) for i in range(0, 24, 4)] == [[0, 1, 2, 3]] * 6
    assert len({tuple(values[i : i + 4]) for i in range(0, 24, 4)}) > 1, "each pass has an order of its own"
    with pytest.raises(TypeError, match="has no end"):
        len(data)
    with pytest.raises(ArgumentError, match="put shuffle before repeat"):
        data.unbatch().repeat().shuffle().batch(2)
    assert flat(data.take(2)) == flat(Dataset.from_arrays(np.arange(4)).shuffle(seed=0).repeat().batch(3).take(2))
    assert flat(stream(0).repeat()) == []


def test_what_it_is():
    data = Dataset.from_tensor_slices((np.zeros((5, 2), "float32"), np.arange(5))).batch(2)
    x, y = data.element_spec
    assert x.shape == (None, 2)
    assert x.dtype == "float32"
    assert y.shape == (None,)
    assert data.unbatch().element_spec[0].shape == (2,)
    assert repr(data) == "<Dataset of Arrays.batch>"
    assert data.class_names is data.file_paths is data.feature_names is None
    with pytest.raises(ArgumentError, match="no elements, so there is nothing to describe"):
        _ = data.take(0).element_spec


def test_items_of_a_sequence():
    class Squares:
        def __len__(self):
            return 7

        def __getitem__(self, i):
            if i == 6:
                raise OSError("disk gone")
            return [i, i], i * i

    data = Dataset.from_sequence(Squares()).batch(4)
    assert next(iter(data))[0].tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    with pytest.raises(OSError, match="disk gone") as caught:
        list(data)
    assert "in element 1 of epoch 1" in caught.value.__notes__[0]


def test_lists_and_frames_and_text():
    assert flat(Dataset.from_arrays([1, 2, 3])) == [1, 2, 3]
    frame = pandas.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert next(iter(Dataset.from_arrays(frame, ["u", "vw"]).batch(2)))[0].tolist() == [[1, 3], [2, 4]]
    assert next(iter(Dataset.from_arrays(frame, ["u", "vw"]).batch(2)))[1].tolist() == ["u", "vw"]
    a, b = next(iter(Dataset.from_arrays([np.arange(3), np.arange(3)]).batch(3)))
    assert a.tolist() == b.tolist() == [0, 1, 2]


def test_a_model_is_trained_on_a_data_set():
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    data = Dataset.from_arrays(x, x.sum(1)).shuffle(seed=0).batch(16)
    model = heron.Sequential([heron.layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(data, epochs=3, verbose=0)
    assert history.params["steps"] == 4
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.predict(data, verbose=0).shape == (64, 1)


# ---- memory --------------------------------------------------------------------------------------------------------


def test_mapped_arrays_are_read_row_by_row(tmp_path):
    path = tmp_path / "big.npy"
    array = np.lib.format.open_memmap(path, "w+", "float32", (200_000, 1000))  # 800 MB, of which the disk holds none
    array[::50_000, 0] = [1, 2, 3, 4]
    array.flush()
    del array
    code = (
        f"import sys, resource, numpy as np; sys.path[:] = {sys.path!r}\n"
        "from heron.data import Dataset\n"
        f"x = np.load({str(path)!r}, mmap_mode='r')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "data = Dataset.from_arrays(x).shuffle(seed=0).batch(512)\n"
        "total = sum(float(b[:, 0].sum()) for b in data)\n"
        "print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    total, kilobytes = done.stdout.split()
    assert float(total) == 10
    assert int(kilobytes) < 400_000


def test_an_iterator_and_its_data_are_let_go():
    data = Dataset.from_arrays(np.arange(10)).batch(2)
    iterator = iter(data)
    next(iterator)
    ref = weakref.ref(data._source)
    del data, iterator
    assert ref() is None


# ---- pieces --------------------------------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(0, 9), max_size=6), n=st.integers(0, 12), k=st.integers(1, 4), i=st.integers(0, 3))
def test_pieces_are_cut_anywhere(sizes, n, k, i):
    rows = np.arange(sum(sizes))
    pieces = np.split(rows, np.cumsum(sizes)[:-1]) if sizes else []

    def joined(parts):
        return [int(v) for part in parts for v in part]

    assert joined(first_rows(iter(pieces), n)) == rows[:n].tolist()
    assert joined(later_rows(iter(pieces), n)) == rows[n:].tolist()
    assert joined(every_nth(iter(pieces), k, i % k)) == rows[i % k :: k].tolist()
    cut = list(batches(iter(pieces), k, drop=False))
    assert joined(cut) == rows.tolist()
    assert [len(c) for c in cut] == [k] * (len(rows) // k) + ([len(rows) % k] if len(rows) % k else [])
    assert len(list(batches(iter(pieces), k, drop=True))) == len(rows) // k
    mixed = joined(drawn(iter(pieces), n + 1, np.random.default_rng(0)))
    assert sorted(mixed) == rows.tolist()
    assert all(value - place <= n + 1 for place, value in enumerate(mixed)), "none comes before it was in the buffer"


# ---- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        (lambda: stream(3).shuffle(), ArgumentError, r"cannot be shuffled as a whole.*\n.*shuffle\(buffer_size=1000\)"),
        (lambda: Dataset.from_arrays([1]).shuffle(0), ArgumentError, "'buffer_size' must be a positive integer"),
        (lambda: Dataset.from_arrays([1]).batch(0), ArgumentError, "batch: argument 'batch_size' must be a positive"),
        (lambda: Dataset.from_arrays([1]).take(-1), ArgumentError, "take: argument 'count' must be"),
        (lambda: Dataset.from_arrays([1]).shard(2, 2), ArgumentError, "index must be below num_shards=2"),
        (
            lambda: Dataset.from_arrays([1]).map(3),
            ArgumentTypeError,
            "map expects a function of one element.*received 3",
        ),
        (lambda: Dataset.from_arrays([1]).prefetch(workers=-1), ArgumentError, "'workers' must be an integer of 0"),
        (lambda: Dataset.from_arrays([1, 2], [1]), DataError, r"\[0\] has 2, \[1\] has 1; each row needs one"),
        (lambda: Dataset.from_arrays([]), DataError, "the arrays hold no rows"),
        (lambda: Dataset.from_arrays(3.0), DataError, "received the single value 3.0"),
        (lambda: Dataset.from_generator(iter([1])), ArgumentTypeError, r"gone through only once.*\nWrite from_gen"),
        (
            lambda: Dataset.from_generator(3),
            ArgumentTypeError,
            "expected a function that makes a generator; received 3",
        ),
        (lambda: Dataset.from_sequence(3), ArgumentTypeError, "an object with __len__ and __getitem__; received 3"),
    ],
)
def test_what_cannot_be_is_refused_at_once(wrong, kind, said):
    with pytest.raises(kind, match=said):
        wrong()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1, 2], [1, 2, 3]], r"element 1 is of shape \(3,\), element 0 is of shape \(2,\)"),
        ([[1, 2], [1, 2], 3], r"element 2 is of shape \(\), element 0 was of shape \(2,\)"),
        ([(1, 2), (1, 2, 3)], r"element 1 is of shapes \(\), \(\), \(\), element 0 was of shapes \(\), \(\)"),
    ],
)
def test_elements_of_another_form_are_named(rows, said):
    with pytest.raises(DataError, match=said) as caught:
        list(Dataset.from_generator(rows).batch(4))
    assert "in element 0 of epoch 0" in caught.value.__notes__[-1]


def test_rows_of_batches_of_another_shape_are_named():
    with pytest.raises(DataError, match=r"one is of shape \(2,\), a later one of shape \(3,\)"):
        list(Dataset.from_generator([np.ones((3, 2)), np.ones((3, 3))]).unbatch().batch(4))


def test_a_generator_that_ends_early_is_noticed():
    data = Dataset.from_generator(lambda: iter(range(3)), length=5).batch(1)
    assert len(data) == 5
    with pytest.raises(DataError, match="ended after 3 elements; length=5 was promised"):
        list(data)


def test_an_error_is_not_taken_for_the_end():
    def fail(x):
        raise ValueError("bad row")

    iterator = iter(Dataset.from_arrays([1, 2]).map(fail).batch(1))
    for _ in range(2):
        with pytest.raises(ValueError, match="bad row"):
            next(iterator)


def test_names_that_are_not_there():
    with pytest.raises(UnknownAttributeError, match=r"heron.data has no 'Datset'\. Did you mean 'Dataset'"):
        _ = heron.data.Datset
    with pytest.raises(UnknownImportError, match="Did you mean 'Dataset'"):
        from heron.data import Datset  # noqa: F401
    assert "Dataset" in dir(heron.data)
