"""Moving averages in the place of weights; logs sent to a server."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

import heron
from heron import callbacks, layers
from heron.errors import ArgumentError, HeronNote

X = np.linspace(-1.0, 1.0, 64, dtype="float32").reshape(32, 2)
Y = X.sum(axis=1, keepdims=True)


def line_model(**kwargs):
    heron.config.set_random_seed(1)
    model = heron.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(heron.optimizers.SGD(0.1, **kwargs), "mse")
    return model


def fit(model, *listeners, epochs=2, **kwargs):
    return model.fit(X, Y, epochs=epochs, batch_size=8, shuffle=False, verbose=0, callbacks=list(listeners), **kwargs)


def test_validation_sees_the_averages_and_training_the_weights():
    model, seen, averages = line_model(use_ema=True, ema_momentum=0.9), [], []

    def look(epoch, logs):
        seen.append(model.get_weights()[0])
        averages.append(model.optimizer._averages[0].numpy())

    history = fit(
        model, callbacks.SwapEMAWeights(), callbacks.LambdaCallback(on_epoch_end=look), validation_data=(X, Y)
    )
    plain, weights = line_model(use_ema=True, ema_momentum=0.9), []
    fit(plain, callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(plain.get_weights()[0])))
    assert np.array_equal(seen, weights), "training is not touched"
    assert np.array_equal(model.get_weights()[0], averages[-1]), "the averages are the weights in the end"
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(history.history["val_loss"][-1], rel=1e-6)


def test_the_averages_may_stay_for_callbacks_that_follow(tmp_path):
    model, seen, averages = line_model(use_ema=True, ema_momentum=0.9), [], []
    fit(
        model,
        callbacks.SwapEMAWeights(swap_on_epoch=True),
        callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0])),
        callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: averages.append(model.optimizer._averages[0].numpy())
        ),
    )
    assert np.array_equal(seen, averages)
    assert np.array_equal(model.get_weights()[0], averages[-1])


def test_predicting_with_the_averages_leaves_the_weights():
    model = line_model(use_ema=True, ema_momentum=0.5)
    fit(model, epochs=1)
    model.optimizer._averages[0].assign([[2.0], [3.0]])
    model.optimizer._averages[1].assign([0.0])
    before = model.get_weights()
    outputs = model.predict(X, callbacks=[callbacks.SwapEMAWeights()])
    assert np.allclose(outputs, X @ [[2.0], [3.0]], atol=1e-5)
    assert np.array_equal(model.get_weights()[0], before[0])


def test_an_optimizer_without_averages_is_refused():
    with pytest.raises(ArgumentError, match=r"SGD has use_ema=False.\nWrite optimizer="):
        fit(line_model(), callbacks.SwapEMAWeights(), validation_data=(X, Y))


@pytest.fixture
def server():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers, body))
            self.send_response(404 if self.path.startswith("/lost") else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", received
    running.shutdown()
    thread.join()
    running.server_close()


def test_the_logs_of_each_epoch_are_sent_to_a_server(server):
    root, received = server
    form = callbacks.RemoteMonitor(root)
    plain = callbacks.RemoteMonitor(root, path="/json", headers={"Authorization": "Bearer 1"}, send_as_json=True)
    history = fit(line_model(), form, plain)
    sent = [json.loads(urllib.parse.parse_qs(body)["data"][0]) for path, _, body in received if "epoch" in path]
    assert sent == [{"epoch": i, "loss": loss} for i, loss in enumerate(history.history["loss"])]
    (_, headers, body), _ = [one for one in received if one[0] == "/json"]
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Bearer 1"
    assert json.loads(body) == sent[0]


def test_a_server_that_is_not_there_is_noted_and_training_goes_on(server):
    with pytest.warns(HeronNote, match=r"could not send the logs of epoch 1 to .*404"):
        history = fit(line_model(), callbacks.RemoteMonitor(server[0], path="/lost"), epochs=1)
    assert len(history.epoch) == 1
    with pytest.warns(HeronNote, match=r"could not send the logs of epoch 1 to http://127.0.0.1:9/"):
        fit(line_model(), callbacks.RemoteMonitor("http://127.0.0.1:9"), epochs=1)


def test_values_of_several_numbers_are_sent_as_lists(server):
    root, received = server
    callbacks.RemoteMonitor(root, send_as_json=True).on_epoch_end(0, {"f1": np.array([0.5, 1.0])})
    assert json.loads(received[0][2]) == {"epoch": 0, "f1": [0.5, 1.0]}
