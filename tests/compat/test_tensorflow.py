"""What programs use of `tensorflow` besides Keras: functions on tensors against NumPy, dtypes, variables, devices."""

from __future__ import annotations

import io
import logging

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

import heron
from heron.compat.tf.host import on_host
from heron.errors import HeronNote

X = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -2.0]], "float32")
Y = np.array([[1.0, 2.0, 4.0], [0.5, 1.0, 2.0]], "float32")

# Written as in TensorFlow: what NumPy gives for it.
CASES = {
    "tf.abs(X)": lambda: np.abs(X),
    "tf.math.exp(X)": lambda: np.exp(X),
    "tf.square(X, name='s')": lambda: X * X,
    "tf.math.tanh(X)": lambda: np.tanh(X),
    "tf.acos(X / 4)": lambda: np.arccos(X / 4),
    "tf.add(X, Y)": lambda: X + Y,
    "tf.math.divide(X, Y)": lambda: X / Y,
    "tf.truediv(X, Y)": lambda: X / Y,
    "tf.pow(Y, 2.0)": lambda: Y**2,
    "tf.maximum(X, 0.0)": lambda: np.maximum(X, 0),
    "tf.math.floormod(Y, 3.0)": lambda: Y % 3,
    "tf.math.squared_difference(X, Y)": lambda: (X - Y) ** 2,
    "tf.greater_equal(X, Y)": lambda: X >= Y,
    "tf.reduce_mean(X)": lambda: X.mean(),
    "tf.reduce_sum(X, axis=1, keepdims=True)": lambda: X.sum(1, keepdims=True),
    "tf.math.reduce_max(X, [0, 1])": lambda: X.max(),
    "tf.reduce_prod(Y, 0)": lambda: Y.prod(0),
    "tf.math.reduce_std(X)": lambda: X.std(),
    "tf.math.reduce_variance(X, axis=0)": lambda: X.var(0),
    "tf.reduce_any(X > 2.5, axis=0)": lambda: (X > 2.5).any(0),
    "tf.reduce_logsumexp(X)": lambda: np.log(np.exp(X).sum()),
    "tf.math.reduce_euclidean_norm(X)": lambda: np.sqrt((X * X).sum()),
    "tf.norm(X, axis=1)": lambda: np.linalg.norm(X, axis=1),
    "tf.argmax(X)": lambda: X.argmax(0),
    "tf.argmin(X, axis=1)": lambda: X.argmin(1),
    "tf.math.cumsum(X, axis=1)": lambda: X.cumsum(1),
    "tf.math.cumprod(Y)": lambda: Y.cumprod(0),
    "tf.add_n([X, Y, Y])": lambda: X + 2 * Y,
    "tf.clip_by_value(X, -1, 1)": lambda: X.clip(-1, 1),
    "tf.clip_by_norm(X, 1.0)": lambda: X / np.linalg.norm(X),
    "tf.cast(X, tf.int32)": lambda: X.astype("int32"),
    "tf.reshape(X, [3, -1])": lambda: X.reshape(3, 2),
    "tf.transpose(X)": lambda: X.T,
    "tf.transpose(X[None], perm=[2, 0, 1])": lambda: X[None].transpose(2, 0, 1),
    "tf.concat([X, Y], axis=0)": lambda: np.concatenate([X, Y]),
    "tf.concat([X, Y], 1)": lambda: np.concatenate([X, Y], 1),
    "tf.stack([X, Y])": lambda: np.stack([X, Y]),
    "tf.unstack(X)[1]": lambda: X[1],
    "tf.split(X, 3, axis=1)[2]": lambda: X[:, 2:],
    "tf.split(X, [1, -1], axis=1)[1]": lambda: X[:, 1:],
    "tf.expand_dims(X, -1)": lambda: X[..., None],
    "tf.squeeze(X[None], axis=[0])": lambda: X,
    "tf.tile(X, [1, 2])": lambda: np.tile(X, [1, 2]),
    "tf.repeat(X, 2, axis=0)": lambda: X.repeat(2, 0),
    "tf.pad(X, [[1, 0], [0, 2]])": lambda: np.pad(X, [(1, 0), (0, 2)]),
    "tf.pad(X, [[1, 1], [1, 1]], 'REFLECT')": lambda: np.pad(X, 1, "reflect"),
    "tf.reverse(X, axis=[1])": lambda: X[:, ::-1],
    "tf.roll(X, 1, 1)": lambda: np.roll(X, 1, 1),
    "tf.broadcast_to(X[0], [4, 3])": lambda: np.broadcast_to(X[0], (4, 3)),
    "tf.gather(X, [1, 0])": lambda: X[[1, 0]],
    "tf.gather(X, [2], axis=1)": lambda: X[:, [2]],
    "tf.gather_nd(X, [[0, 1], [1, 2]])": lambda: X[[0, 1], [1, 2]],
    "tf.boolean_mask(X, [True, False])": lambda: X[:1],
    "tf.where(X > 0, X, Y)": lambda: np.where(X > 0, X, Y),
    "tf.where(X > 2)": lambda: np.argwhere(X > 2),
    "tf.slice(X, [0, 1], [-1, 2])": lambda: X[:, 1:3],
    "tf.sort(X, direction='DESCENDING')": lambda: np.sort(X)[:, ::-1],
    "tf.argsort(X, axis=0)": lambda: X.argsort(0),
    "tf.unique([3, 1, 3, 2]).y": lambda: [3, 1, 2],
    "tf.unique([3, 1, 3, 2]).idx": lambda: [0, 1, 0, 2],
    "tf.meshgrid([1, 2], [3, 4])[0]": lambda: [[1, 2], [1, 2]],
    "tf.shape(X)": lambda: [2, 3],
    "tf.rank(X)": lambda: 2,
    "tf.size(X)": lambda: 6,
    "tf.zeros([2, 3])": lambda: np.zeros((2, 3)),
    "tf.ones(3, dtype=tf.int32)": lambda: np.ones(3),
    "tf.zeros_like(X)": lambda: np.zeros((2, 3)),
    "tf.ones_like(X)": lambda: np.ones((2, 3)),
    "tf.fill([2], 7)": lambda: [7, 7],
    "tf.eye(2, 3)": lambda: np.eye(2, 3),
    "tf.range(3)": lambda: [0, 1, 2],
    "tf.range(1, 10, 4)": lambda: [1, 5, 9],
    "tf.linspace(0.0, 1.0, 3)": lambda: [0, 0.5, 1],
    "tf.one_hot([0, 2], 3)": lambda: np.eye(3)[[0, 2]],
    "tf.one_hot([1], depth=2, on_value=5, off_value=-1)": lambda: [[-1, 5]],
    "tf.constant(3, shape=(2, 2))": lambda: [[3, 3], [3, 3]],
    "tf.constant([1, 2, 3, 4], shape=[2, 2])": lambda: [[1, 2], [3, 4]],
    "tf.matmul(X, Y, transpose_b=True)": lambda: X @ Y.T,
    "tf.linalg.matmul(X, Y, transpose_a=True)": lambda: X.T @ Y,
    "tf.linalg.matvec(X, Y[0])": lambda: X @ Y[0],
    "tf.tensordot(X, Y, [[1], [1]])": lambda: X @ Y.T,
    "tf.einsum('ij,kj->ik', X, Y)": lambda: X @ Y.T,
    "tf.linalg.det(X[:, :2])": lambda: np.linalg.det(X[:, :2]),
    "tf.linalg.inv(X[:, :2])": lambda: np.linalg.inv(X[:, :2]),
    "tf.linalg.solve(X[:, :2], Y[:, :1])": lambda: np.linalg.solve(X[:, :2], Y[:, :1]),
    "tf.linalg.svd(X)[0]": lambda: np.linalg.svd(X)[1],
    "tf.linalg.trace(X[:, :2])": lambda: 0.75,
    "tf.linalg.diag([1.0, 2.0])": lambda: np.diag([1, 2]),
    "tf.linalg.diag_part(X)": lambda: np.diagonal(X),
    "tf.linalg.band_part(np.ones((3, 3)), -1, 0)": lambda: np.tri(3),
    "tf.linalg.band_part(np.ones((3, 3)), 0, 1)": lambda: np.triu(np.tri(3, k=1)),
    "tf.linalg.matrix_transpose(X)": lambda: X.T,
    "tf.math.is_nan([1.0, np.nan])": lambda: [False, True],
    "tf.math.divide_no_nan([1.0, 1.0], [0.0, 2.0])": lambda: [0, 0.5],
    "tf.math.multiply_no_nan([1.0, np.nan], [2.0, 0.0])": lambda: [2, 0],
    "tf.math.count_nonzero([0, 1, 2])": lambda: 2,
    "tf.math.bincount([1, 1, 3])": lambda: [0, 2, 0, 1],
    "tf.math.confusion_matrix([0, 1, 1], [0, 1, 0])": lambda: [[1, 0], [1, 1]],
    "tf.math.top_k([1.0, 3.0, 2.0], k=2).values": lambda: [3, 2],
    "tf.math.in_top_k([0], [[0.1, 0.9]], 1)": lambda: [False],
    "tf.math.segment_sum([1.0, 2.0, 3.0], [0, 0, 1])": lambda: [3, 3],
    "tf.math.log_sigmoid([0.0])": lambda: [-np.log(2)],
    "tf.math.erf(0.0)": lambda: 0,
    "tf.nn.relu(X)": lambda: X.clip(0),
    "tf.nn.leaky_relu([-1.0])": lambda: [-0.2],
    "tf.nn.softmax(X, axis=0)": lambda: np.exp(X) / np.exp(X).sum(0),
    "tf.nn.sigmoid(0.0)": lambda: 0.5,
    "tf.nn.l2_loss(X)": lambda: (X * X).sum() / 2,
    "tf.nn.l2_normalize(X, axis=1)": lambda: X / np.linalg.norm(X, axis=1, keepdims=True),
    "tf.nn.bias_add(X, [1.0, 2.0, 3.0])": lambda: X + np.array([1, 2, 3]),
    "tf.nn.moments(X, axes=[0])[1]": lambda: X.var(0),
    "tf.nn.embedding_lookup(X, [1, 1])": lambda: X[[1, 1]],
    "tf.nn.softmax_cross_entropy_with_logits(labels=np.eye(3)[:2], logits=X)": lambda: (
        np.log(np.exp(X).sum(1)) - X[[0, 1], [0, 1]]
    ),
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=X)": lambda: (
        np.log(np.exp(X).sum(1)) - X[[0, 1], [0, 1]]
    ),
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[0.0])": lambda: [np.log(2)],
    "tf.nn.max_pool2d(np.arange(16.0).reshape(1, 4, 4, 1), 2, 2, 'VALID')[0, :, :, 0]": lambda: [[5, 7], [13, 15]],
    "tf.nn.avg_pool2d(np.ones((1, 4, 4, 1)), [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')[0, 0, 0]": lambda: [1],
    "tf.nn.conv2d(np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1)), strides=[1, 1, 1, 1], padding='VALID')": lambda: [
        [[[9]]]
    ],
    "tf.tensor_scatter_nd_update([1, 2, 3], [[1]], [9])": lambda: [1, 9, 3],
    "tf.map_fn(lambda row: row * 2, X)": lambda: X * 2,
    "tf.cond(tf.constant(True), lambda: 1, lambda: 2)": lambda: 1,
    "tf.searchsorted([1, 3, 5], [4])": lambda: [2],
    "tf.identity(X)": lambda: X,
    "tf.stop_gradient(X)": lambda: X,
}
ON_HOST_ONLY = ("tf.random", "tf.image")


@pytest.mark.parametrize("text", CASES)
def test_functions_give_what_numpy_gives(text, tf):
    given = eval(text, {"tf": tf, "np": np, "X": X, "Y": Y})
    np.testing.assert_allclose(np.asarray(given), CASES[text](), rtol=2e-5, atol=1e-6)
    if not isinstance(given, int):
        assert np.asarray(given.numpy()).shape == np.shape(CASES[text]())


HOST = [text for text in CASES if text.startswith("tf.") and text.count(".") < 3 and "map_fn" not in text]


@pytest.mark.parametrize("text", HOST)
def test_in_a_pipeline_they_give_the_same_as_arrays_of_numpy(text, tf):
    with on_host():
        given = eval(text, {"tf": tf, "np": np, "X": X, "Y": Y})
    np.testing.assert_allclose(np.asarray(given), CASES[text](), rtol=2e-5, atol=1e-6)
    assert np.asarray(given).dtype != np.float64


def test_tensors_and_dtypes(tf):
    x = tf.constant([[1.0, 2.0]])
    assert isinstance(x, tf.Tensor)
    assert tf.is_tensor(x)
    assert not tf.is_tensor([1.0])
    assert x.dtype == tf.float32
    assert tf.constant(3).dtype == tf.int32
    assert tf.constant(3.5).dtype == tf.float32
    assert x.numpy().tolist() == [[1.0, 2.0]]
    assert repr(tf.float32) == "tf.float32"
    assert tf.as_dtype("float32") is not None
    assert tf.as_dtype(np.float32).name == "float32"
    assert (tf.uint8.max, tf.int8.min, tf.float64.size) == (255, -128, 8)
    assert tf.float32.as_numpy_dtype is np.float32
    assert tf.string.as_numpy_dtype is np.object_
    assert tf.bool.is_bool
    assert not tf.int32.is_floating
    assert tf.TensorShape([None, 3]).rank == 2
    assert "shape=(None, 3)" in repr(tf.TensorSpec([None, 3], tf.float32))
    assert tf.constant("text").numpy() == b"text"
    assert tf.constant(["a", "b"]).shape == (2,)
    assert tf.newaxis is None
    assert tf.executing_eagerly()


def test_arrays_of_jax_are_tensors_as_long_as_it_is_installed(tf):
    model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1, activation=tf.nn.sigmoid)])
    assert model(np.ones((3, 2))).numpy().shape == (3, 1)
    assert isinstance(jnp.ones(2).numpy(), np.ndarray)
    assert heron.Input((2,), dtype=tf.string).dtype == "string"


def test_models_with_functions_of_tf_nn_are_saved(tf, tmp_path):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, activation=tf.nn.relu, input_shape=(3,))])
    model.save(tmp_path / "m.keras")
    assert tf.keras.models.load_model(tmp_path / "m.keras").layers[0].activation is heron.activations.relu


def test_variables(tf):
    v = tf.Variable([1, 2], name="v")
    assert v.dtype == "int32"
    assert v.assign_add([1, 1]).numpy().tolist() == [2, 3]
    assert v.assign(tf.constant([5, 6])).assign_sub([1, 1]).read_value().tolist() == [4, 5]
    w = tf.Variable(initial_value=lambda: tf.ones((2, 2)), trainable=False)
    assert not w.trainable
    assert tf.reduce_sum(w).numpy() == 4
    assert tf.matmul(w, w).numpy().tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert tf.is_tensor(v)


def test_random_numbers(tf):
    tf.random.set_seed(3)
    a = tf.random.normal((200,), mean=5.0).numpy()
    tf.random.set_seed(3)
    assert np.array_equal(a, tf.random.normal([200], mean=5.0).numpy())
    assert abs(a.mean() - 5) < 0.5
    whole = tf.random.uniform(shape=(50,), minval=0, maxval=3, dtype=tf.int32).numpy()
    assert set(whole) == {0, 1, 2}
    assert abs(tf.random.truncated_normal((300,)).numpy()).max() <= 2
    assert sorted(tf.random.shuffle([1, 2, 3]).numpy()) == [1, 2, 3]
    assert tf.random.categorical([[0.0, 50.0]], 4).numpy().tolist() == [[1, 1, 1, 1]]
    assert tf.compat.v1.set_random_seed is tf.random.set_seed


def test_generators_have_a_state_of_their_own(tf):
    one, other = (tf.random.Generator.from_seed(seed) for seed in (3, 3))
    a = one.normal(shape=(300,), mean=5.0).numpy()
    assert np.array_equal(a, other.normal([300], 5.0).numpy())
    assert abs(a.mean() - 5) < 0.5
    assert not np.array_equal(a, one.normal((300,), 5.0).numpy()), "it goes on"
    one.reset_from_seed(3)
    assert np.array_equal(a, one.normal((300,), 5.0).numpy())
    assert set(one.uniform((50,), 0, 3, dtype=tf.int32).numpy()) == {0, 1, 2}
    assert 0 <= one.uniform((50,)).numpy().min() <= one.uniform((50,), maxval=2.0).numpy().max() < 2
    assert abs(one.truncated_normal((300,)).numpy()).max() <= 2
    tf.random.set_seed(4)
    free = tf.random.Generator.from_non_deterministic_state().normal((3,)).numpy()
    tf.random.set_seed(4)
    assert np.array_equal(free, tf.random.Generator.from_non_deterministic_state().normal((3,)).numpy())


def test_a_layer_keeps_the_state_of_its_generator(tf):
    class Noise(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.generator = tf.random.Generator.from_seed(1)

        def call(self, inputs):
            return inputs + self.generator.normal(tf.shape(inputs))

    model = tf.keras.Sequential([tf.keras.Input((2,)), Noise()])
    (state,) = model.layers[0].non_trainable_variables
    model.compile("sgd", "mse")
    losses = model.fit(np.zeros((6, 2)), np.zeros((6, 2)), batch_size=2, epochs=2, verbose=0).history["loss"]
    assert losses[0] != losses[1]
    assert state.numpy().tolist() == [1, 6], "drawn from once a step"


def test_decorators_and_blocks_that_do_nothing_say_so(tf):
    with pytest.warns(HeronNote, match=r"tf.function has no effect: fit, evaluate and predict are compiled anyway"):

        @tf.function
        def double(x):
            return x * 2

    @tf.function(jit_compile=True)
    def treble(x):
        return x * 3

    assert (double(2), treble(2)) == (4, 6)
    with pytest.warns(HeronNote, match=r"tf.device\('/GPU:0'\) has no effect"), tf.device("/GPU:0"):
        pass
    assert tf.no_op() is None


def test_devices_logs_and_printing(tf, capsys):
    assert tf.config.list_physical_devices("CPU")[0].device_type == "CPU"
    assert tf.config.list_logical_devices("CPU")[0].name == "/device:CPU:0"
    assert tf.config.list_physical_devices("TPU") == []
    assert tf.test.is_gpu_available() == bool(tf.config.experimental.list_physical_devices("GPU"))
    assert tf.test.gpu_device_name() in ("", "/device:GPU:0")
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    assert tf.config.functions_run_eagerly()
    tf.get_logger().setLevel(logging.ERROR)
    assert tf.compat.v1.logging.get_verbosity() == logging.ERROR
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.WARN)
    assert tf.get_logger().level == logging.WARNING
    tf.get_logger().setLevel(logging.NOTSET)
    tf.print("loss", tf.constant(1.5))
    assert capsys.readouterr().out == "loss 1.5\n"
    assert tf.errors.InvalidArgumentError is ValueError
    tf.debugging.assert_near(1.0, 1.0 + 1e-7)


def test_texts(tf):
    assert tf.strings.lower(["Ab", "C"]).numpy().tolist() == ["ab", "c"]
    assert tf.strings.upper("ab").numpy() == b"AB"
    assert tf.strings.strip([" a "]).numpy().tolist() == ["a"]
    assert tf.strings.length(["héron"]).numpy().tolist() == [6]
    assert tf.strings.length(["héron"], unit="UTF8_CHAR").numpy().tolist() == [5]
    assert tf.strings.regex_replace(["a-1"], r"([a-z])-(\d)", r"\2\1").numpy().tolist() == ["1a"]
    assert tf.strings.regex_replace("a,b!", "[[:punct:]]", "").numpy() == b"ab"
    assert tf.strings.regex_full_match(["ab", "b"], "a.*").numpy().tolist() == [True, False]
    assert tf.strings.join([["a", "b"], ["c", "d"]], separator="-").numpy().tolist() == ["a-c", "b-d"]
    assert tf.strings.substr(["heron"], 1, 3).numpy().tolist() == ["ero"]
    assert tf.strings.as_string([1, 2]).numpy().tolist() == ["1", "2"]
    assert tf.strings.to_number(["1.5"]).numpy().tolist() == [1.5]


def test_files_and_pictures(tf, tmp_path):
    pixels = np.arange(48, dtype="uint8").reshape(4, 4, 3) * 5
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    tf.io.write_file(str(tmp_path / "a.png"), buffer.getvalue())
    image = tf.io.decode_png(tf.io.read_file(str(tmp_path / "a.png")), channels=3)
    assert np.array_equal(image.numpy(), pixels)
    assert tf.image.decode_jpeg(tf.io.encode_jpeg(image)).shape == (4, 4, 3)
    assert np.array_equal(tf.io.decode_image(tf.io.encode_png(image[..., :1])).numpy(), pixels[..., :1])
    assert tf.io.decode_image(buffer.getvalue(), dtype=tf.float32).numpy().max() <= 1
    assert tf.io.gfile.exists(tmp_path / "a.png")
    tf.io.gfile.makedirs(tmp_path / "b" / "c")
    assert tf.io.gfile.glob(tmp_path / "*.png") == [str(tmp_path / "a.png")]
    assert tf.image.resize(image, [2, 2]).shape == (2, 2, 3)
    assert tf.image.resize(image, (2, 3), method=tf.image.ResizeMethod.NEAREST_NEIGHBOR).dtype == np.uint8
    assert tf.image.resize(image, (8, 2), preserve_aspect_ratio=True).shape == (2, 2, 3)
    floats = tf.image.convert_image_dtype(image, tf.float32)
    np.testing.assert_allclose(floats.numpy(), pixels / 255, rtol=1e-6)
    assert np.array_equal(tf.image.convert_image_dtype(floats, tf.uint8).numpy(), pixels)
    gray = tf.image.rgb_to_grayscale(floats)
    np.testing.assert_allclose(gray.numpy()[..., 0], pixels / 255 @ [0.2989, 0.587, 0.114], rtol=1e-5)
    assert tf.image.grayscale_to_rgb(gray).shape == (4, 4, 3)
    assert np.array_equal(tf.image.flip_left_right(image).numpy(), pixels[:, ::-1])
    assert np.array_equal(tf.image.flip_up_down(image).numpy(), pixels[::-1])
    assert np.array_equal(tf.image.rot90(image).numpy(), np.rot90(pixels))
    assert np.array_equal(tf.image.central_crop(image, 0.5).numpy(), pixels[1:3, 1:3])
    assert np.array_equal(tf.image.crop_to_bounding_box(image, 1, 0, 2, 3).numpy(), pixels[1:3, :3])
    assert np.array_equal(
        tf.image.resize_with_crop_or_pad(image, 2, 6).numpy(), np.pad(pixels[1:3], [(0, 0), (1, 1), (0, 0)])
    )
    np.testing.assert_allclose(tf.image.adjust_brightness(floats, 0.25).numpy(), pixels / 255 + 0.25, rtol=1e-5)
    contrast = tf.image.adjust_contrast(floats, 2.0).numpy()
    np.testing.assert_allclose(contrast.std(), 2 * (pixels / 255 - (pixels / 255).mean((0, 1))).std(), rtol=0.2)
    assert abs(tf.image.per_image_standardization(image).numpy().std() - 1) < 1e-4
    assert tf.image.random_crop(image, [2, 2, 3]).shape == (2, 2, 3)
    assert tf.image.adjust_saturation(floats, 0.0).shape == (4, 4, 3)
    assert tf.image.random_flip_left_right(image).shape == tf.image.random_contrast(floats, 0.5, 1.5).shape


def test_a_layer_may_draw_without_a_seed(tf):
    """The sampling layer of every variational autoencoder."""

    class Sampling(tf.keras.layers.Layer):
        def call(self, inputs):
            mean, log_variance = inputs
            noise = tf.random.normal(shape=(tf.shape(mean)[0], tf.shape(mean)[1]))
            return mean + tf.exp(0.5 * log_variance) * noise

    inputs = tf.keras.Input((3,))
    layer = Sampling()
    drawn = layer([inputs, tf.zeros_like(inputs)])
    assert len(layer.non_trainable_variables) == 1
    model = tf.keras.Model(inputs, drawn)
    model.compile("sgd", "mse")
    before = layer.seed_generator.state.numpy().copy()
    x = np.zeros((8, 3), "float32")
    model.fit(x, x, verbose=0)
    assert not np.array_equal(before, layer.seed_generator.state.numpy())
    assert not np.array_equal(np.asarray(layer([x, x])), np.asarray(layer([x, x])))
