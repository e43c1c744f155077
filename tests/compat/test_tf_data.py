"""`tf.data` pipelines: what comes out, and that fit takes them."""

from __future__ import annotations

import numpy as np
import pytest

import heron


def out(dataset):
    """All elements, as lists."""
    return [
        tuple(part.tolist() for part in one) if isinstance(one, tuple) else one.tolist()
        for one in dataset.as_numpy_iterator()
    ]


def test_rows_are_mapped_shuffled_and_batched(tf):
    x = np.arange(6, dtype="uint8").reshape(6, 1)
    data = tf.data.Dataset.from_tensor_slices((tf.constant(x), np.arange(6)))
    data = data.map(lambda x, y: (tf.cast(x, tf.float32) / 2.0, y), num_parallel_calls=tf.data.AUTOTUNE)
    assert out(data.batch(4)) == [([[0.0], [0.5], [1.0], [1.5]], [0, 1, 2, 3]), ([[2.0], [2.5]], [4, 5])]
    shuffled = data.shuffle(100, seed=1).batch(3, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    first, second = out(shuffled), out(shuffled)
    assert first != second
    assert sorted(n for _, y in first for n in y) == list(range(6))
    assert len(shuffled) == 2


def test_functions_of_a_pipeline_compute_with_numpy(tf):
    seen = []

    def function(x):
        y = tf.reduce_sum(tf.square(x))
        seen.append(type(y).__name__)
        return y

    assert out(tf.data.Dataset.from_tensor_slices(np.ones((2, 3), "float32")).map(function)) == [3.0, 3.0]
    assert set(seen) == {"HostTensor"}


def test_iterating_gives_tensors(tf):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": ["x", "y"]}).batch(2)
    (element,) = list(data)
    assert element["a"][0].numpy() == 1
    assert element["b"].numpy()[1] == "y"
    assert element["b"][1].numpy() == b"y"
    assert tf.is_tensor(element["a"])
    assert data.element_spec["a"].shape == (None,)
    (pair,) = tf.data.Dataset.from_tensors(([1, 2], 3))
    assert pair[0].numpy().tolist() == [1, 2]


CHAINS = {
    "range(5).filter(lambda x: x % 2 == 0)": [0, 2, 4],
    "range(2, 8, 3)": [2, 5],
    "range(3).repeat(2)": [0, 1, 2, 0, 1, 2],
    "range(5).take(2)": [0, 1],
    "range(3).take(-1)": [0, 1, 2],
    "range(5).skip(3)": [3, 4],
    "range(5).shard(2, 1)": [1, 3],
    "range(4).batch(2).unbatch()": [0, 1, 2, 3],
    "range(3).cache().map(lambda x: x + 1)": [1, 2, 3],
    "range(2).concatenate(D.range(2))": [0, 1, 0, 1],
    "range(2).enumerate(5)": [(5, 0), (6, 1)],
    "zip((D.range(2), D.range(5, 9)))": [(0, 5), (1, 6)],
    "zip(D.range(3), D.range(3).batch(2))": [(0, [0, 1]), (1, [2])],
    "range(3).flat_map(lambda x: D.range(int(x)))": [0, 0, 1],
    "range(2).interleave(lambda x: D.range(2))": [0, 1, 0, 1],
    "range(5).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))": [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
    ],
    "range(5).window(2).flat_map(lambda w: w.batch(2))": [[0, 1], [2, 3], [4]],
    "range(7).window(2, shift=3, stride=2).flat_map(lambda w: w.batch(2))": [[0, 2], [3, 5], [6]],
    "range(3).apply(lambda d: d.map(lambda x: -x))": [0, -1, -2],
    "from_generator(lambda: iter([[1], [2, 3]]), output_types=D.T).padded_batch(2)": [[[1, 0], [2, 3]]],
    "from_generator(lambda n: ((i, i * i) for i in range(n)), output_types=(D.T, D.T), args=(3,))": [
        (0.0, 0.0),
        (1.0, 1.0),
        (2.0, 4.0),
    ],
    "range(3).with_options(None)": [0, 1, 2],
}


@pytest.mark.parametrize("chain", CHAINS)
def test_changes(chain, tf):
    class D(tf.data.Dataset):
        T = tf.float32

    assert out(eval(f"D.{chain}", {"D": D})) == CHAINS[chain]


def test_how_many(tf):
    data = tf.data.Dataset.range(10)
    assert data.batch(3).cardinality().numpy() == 4
    assert data.repeat().cardinality().numpy() == tf.data.INFINITE_CARDINALITY
    assert tf.data.experimental.cardinality(data.filter(lambda x: x > 3)).numpy() == tf.data.UNKNOWN_CARDINALITY
    assert data.reduce(np.int64(0), lambda total, x: total + x) == 45
    with pytest.raises(TypeError, match="is not known before"):
        len(data.filter(lambda x: x > 3))
    assert "Dataset of" in repr(data)


def test_files_and_lines(tf, tmp_path):
    for name in "ba":
        (tmp_path / f"{name}.txt").write_text(f"{name} 1\n{name} 2\n", encoding="utf-8")
    files = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [path.numpy().decode()[-5:] for path in files] == ["a.txt", "b.txt"]
    assert len(tf.data.Dataset.list_files(str(tmp_path / "*.txt"))) == 2
    lines = tf.data.TextLineDataset(str(tmp_path / "a.txt"))
    assert [line.numpy() for line in lines] == [b"a 1", b"a 2"]


def test_python_functions_inside_a_pipeline(tf):
    data = tf.data.Dataset.range(3)
    assert out(data.map(lambda x: tf.numpy_function(lambda n: n + 1, [x], tf.int64))) == [1, 2, 3]
    assert out(data.map(lambda x: tf.py_function(lambda n: n.numpy() * 2, [x], tf.int64))) == [0, 2, 4]
    assert tf.data.Options().threading.private_threadpool_size is not None


def test_models_take_it(tf):
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, x.sum(axis=1))).shuffle(32).batch(8).repeat()
    model = heron.Sequential([heron.Input((3,)), heron.layers.Dense(1)])
    model.compile(heron.optimizers.Adam(0.1), "mse")
    history = model.fit(data, epochs=6, steps_per_epoch=4, verbose=0, validation_data=data.take(2))
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.predict(tf.data.Dataset.from_tensor_slices(x).batch(8)).shape == (32, 1)
    scale = heron.layers.Normalization()
    scale.adapt(tf.data.Dataset.from_tensor_slices(x).batch(8))
    np.testing.assert_allclose(np.asarray(scale.mean).ravel(), x.mean(axis=0), atol=1e-5)


def test_folders_are_such_data_sets(tf, tmp_path):
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        for i in range(3):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} {i}", encoding="utf-8")
    data = tf.keras.utils.text_dataset_from_directory(str(tmp_path), batch_size=2, verbose=False)
    assert isinstance(data, tf.data.Dataset)
    assert data.class_names == ["bad", "good"]
    assert len(data.file_paths) == 6
    both = tf.keras.preprocessing.text_dataset_from_directory(
        str(tmp_path), validation_split=0.5, subset="both", seed=1, verbose=False
    )
    assert all(isinstance(part, tf.data.Dataset) for part in both)
    left, right = tf.keras.utils.split_dataset(tf.data.Dataset.range(10), left_size=0.8)
    assert (len(left), len(right)) == (8, 2)
