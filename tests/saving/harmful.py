"""Model files made to do harm, one for each kind of attack; run as a program it loads them all and watches.

    python -m tests.saving.harmful FOLDER

prints a JSON object: for each attack the error, and what was opened, imported or run meanwhile.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import marshal
import os
import pickle
import sys
import time
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np

KERNEL, BIAS = np.ones((4, 3), "float32"), np.zeros(3, "float32")


def layer(name, module="keras.layers", registered=None, /, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def dense(units=3, **config):
    return layer("Dense", units=units, **config)


def stack(*inside, size=4):
    return layer("Sequential", "keras", name="net", layers=[layer("InputLayer", batch_shape=[None, size]), *inside])


def graph(*entries):
    """A Functional whose layers behind its input are `entries`."""
    first = layer("InputLayer", batch_shape=[None, 4], name="x") | {"name": "x", "inbound_nodes": []}
    tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "dtype": "float32"}}
    tensor["config"]["keras_history"] = ["x", 0, 0]
    nodes = [{"args": [tensor], "kwargs": {}}]
    named = [{**entry, "name": f"e{i}", "inbound_nodes": nodes} for i, entry in enumerate(entries)]
    return layer(
        "Functional", "keras.src.models.functional", "Functional", name="net", layers=[first, *named],
        input_layers=["x", 0, 0], output_layers=["e0", 0, 0],
    )  # fmt: skip


def function(name, module="builtins"):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def lambda_code(place):
    code = compile(f"__import__('pathlib').Path({str(place)!r}).touch()", "x", "exec")
    return base64.b64encode(marshal.dumps(code)).decode()


# ---- files ----------------------------------------------------------------------------------------------------------


def weights_bytes(change=None, **options):
    """The content of `model.weights.h5` for one Dense layer, after `change(file)`."""
    memory = io.BytesIO()
    with h5py.File(memory, "w", **options) as file:
        group = file.create_group("layers/dense/vars")
        group["0"], group["1"] = KERNEL, BIAS
        if change is not None:
            change(file)
    return memory.getvalue()


def archive_bytes(config, weights=None, extra=(), packed=zipfile.ZIP_STORED):
    """A `.keras` archive as Keras writes it, with a config and weights of any kind."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", packed) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", config if isinstance(config, str | bytes) else json.dumps(config))
        if weights != b"":
            archive.writestr("model.weights.h5", weights or weights_bytes())
        for name, data in extra:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that are there already
                archive.writestr(name, data)
    return memory.getvalue()


def legacy_bytes(config, change=None):
    """An `.h5` model as Keras 2 wrote it."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.10.0"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense"])
        inner = group.create_group("dense")
        inner.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
        inner["dense/kernel:0"], inner["dense/bias:0"] = KERNEL, BIAS
        if change is not None:
            change(file)
    return memory.getvalue()


def old(name, **config):
    return {"class_name": name, "config": {"name": name.lower(), "trainable": True, "dtype": "float32", **config}}


def old_stack(*inside):
    first = old("InputLayer", batch_input_shape=[None, 4])
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [first, *inside]}}


def replaced(path, make):
    """A change of a file: what lies at `path` is taken away and `make(group, name)` called."""

    def change(file):
        group, name = path.rsplit("/", 1)
        del file[path]
        make(file[group], name)

    return change


def shape_bomb(group, name):
    group.create_dataset(name, shape=(2**40,), dtype="float32", chunks=(1024,), compression="gzip")


def external(secret):
    def make(group, name):
        space = h5py.h5s.create_simple((4, 3))
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_external(str(secret).encode(), 0, h5py.h5f.UNLIMITED)
        h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, plist)

    return make


def virtual(secret):
    def make(group, name):
        layout = h5py.VirtualLayout(shape=(4, 3), dtype="float32")
        layout[:] = h5py.VirtualSource(str(secret), "w", shape=(4, 3))
        group.create_virtual_dataset(name, layout)

    return make


def link(target):
    return lambda group, name: group.__setitem__(name, target)


def strings(group, name):
    group.create_dataset(name, data=["a"] * 3, dtype=h5py.string_dtype())


def references(group, name):
    group.create_dataset(name, data=[group.ref] * 3, dtype=h5py.ref_dtype)


def bomb_archive(member):
    """Ten megabytes of zeros, or spaces, that are packed into ten thousand bytes."""
    big = {"config.json": json.dumps(stack(dense())) + " " * 10**7, "model.weights.h5": weights_bytes() + bytes(10**7)}
    weights = big["model.weights.h5"] if member == "model.weights.h5" else None
    config = big["config.json"] if member == "config.json" else stack(dense())
    extra = [("assets/layers/text/vocabulary.txt", bytes(10**7))] if member == "assets" else ()
    return archive_bytes(config, weights, extra, zipfile.ZIP_DEFLATED)


def fake_npz():
    memory = io.BytesIO()
    np.savez(memory, allow_pickle=True, w=np.array([{"a": 1}], dtype=object))
    return memory.getvalue()


def lying_archive():
    """An archive whose directory says that a member is a million times as long as it is."""
    data = bytearray(archive_bytes(stack(dense())))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"model.weights.h5"))
    data[at + 24 : at + 28] = (2**31).to_bytes(4, "little")
    return bytes(data)


def many_members():
    return archive_bytes(stack(dense()), extra=[(f"assets/{'n' * 60}{i}", b"") for i in range(12_000)])


def deep(levels=40):
    model = dense()
    for _ in range(levels):
        model = stack(model)
    return model


def attacks(folder):
    """For each attack the ending of its file and the content; `folder` holds what they try to reach."""
    secret, mark = folder / "secret.bin", folder / "mark"
    secret.write_bytes(KERNEL.tobytes())
    found = {name: (".keras", archive_bytes(config)) for name, config in configs(secret, mark).items()}
    return found | archives(secret, mark) | hdf5_files(secret)


def configs(secret, mark):
    """What may stand in a config."""
    code = {"class_name": "__lambda__", "config": {"value": lambda_code(mark)}}
    lookup = layer("StringLookup", vocabulary=str(secret))
    return {
        # CVE-2024-3660, CVE-2025-9905: bytecode
        "lambda": stack(dense(), layer("Lambda", function=code)),
        "lambda in an activation": stack(dense(activation=code)),
        "lambda in compile": stack(dense()) | {"compile_config": {"optimizer": "sgd", "loss": code}},
        # CVE-2025-1550: any module and function
        "class of any module": stack(layer("Popen", "subprocess", args=["touch", str(mark)])),
        "function of any module": stack(layer("Lambda", function=function("system", "os"))),
        "call in a graph": graph(layer("system", "os", "system", command=f"touch {mark}")),
        "class in compile": stack(dense()) | {"compile_config": {"optimizer": layer("Popen", "subprocess")}},
        "class as a dtype": stack(dense(dtype=layer("Popen", "subprocess", args=["touch", str(mark)]))),
        # CVE-2025-8747, CVE-2025-9906 and the gap that is open in Keras 3.15: the library's own functions
        **{
            f"function {name}": stack(
                layer("Lambda", function=function(name.rsplit(".", 1)[1], name.rsplit(".", 1)[0]))
            )
            for name in (
                "keras.utils.get_file",
                "keras.config.enable_unsafe_deserialization",
                "keras.config.set_floatx",
                "keras.datasets.mnist.load_data",
                "keras.applications.MobileNetV2",
                "keras.utils.plot_model",
                "keras.config.set_backend",
                "keras.distribution.initialize",
                "keras.layers.deserialize",
                "keras.models.clone_model",
                "keras.saving.load_model",
                "keras.visualization.plot_image_gallery",
            )
        },
        "function by its short name": stack(layer("Lambda", function=function("get_file"))),
        "operation that calls functions": graph(layer("ForiLoop", "keras.src.ops.core", "ForiLoop", lower=0, upper=9)),
        "own operation of no list": graph(layer("Operation", "heron.ops", function="__import__")),
        # CVE-2025-49655, CVE-2026-1462: layers that load other files
        "torch module": stack(layer("TorchModuleWrapper", module=base64.b64encode(pickle.dumps(mark)).decode())),
        "saved model": stack(layer("TFSMLayer", filepath=str(secret), call_endpoint="serve")),
        # CVE-2025-12058: paths in a config
        "vocabulary of a path": stack(lookup),
        "vocabulary of an address": stack(layer("IntegerLookup", vocabulary="http://127.0.0.1:9/words")),
        # CVE-2026-12479: names that lead out
        "layer of a name with dots": stack(dense(name="../../../../tmp/mark")),
        # type confusion
        "inner config of a list": stack(layer("Dense") | {"config": [["units", 3]]}),
        "another name for a class": stack(layer("Dense", "keras.layers", "mine>Dense", units=3)),
        "deep": deep(),
        "units": stack(dense(10**9)),
        "table": stack(layer("Embedding", input_dim=10**9, output_dim=10**3)),
    }


def archives(secret, mark):
    """What may be wrong with zip archives, and `.h5` files with harmful configs."""
    lookup = layer("StringLookup", vocabulary=str(secret))
    nested = '{"a":' * 100_000 + "1" + "}" * 100_000
    return {
        "json of any depth": (".keras", archive_bytes(nested)),
        "json of numbers of any length": (".keras", archive_bytes('{"a": ' + "9" * 10_000 + "}")),
        # CVE-2024-55459, CVE-2025-12060, CVE-2025-12638, GHSA-hqp4-2352-xf5r: names of members that lead out
        "member up": (".keras", archive_bytes(stack(dense()), extra=[("../../mark", b"x")])),
        "asset up": (".keras", archive_bytes(stack(dense()), extra=[("assets/layers/../../../mark", b"x")])),
        "member absolute": (".keras", archive_bytes(stack(dense()), extra=[(str(mark), b"x")])),
        "member of a drive": (".keras", archive_bytes(stack(dense()), extra=[("C:\\mark", b"x")])),
        "member twice": (".keras", archive_bytes(stack(dense()), extra=[("config.json", json.dumps(stack(lookup)))])),
        # zip bombs
        **{f"bomb {name}": (".keras", bomb_archive(name)) for name in ("config.json", "model.weights.h5", "assets")},
        "lying directory": (".keras", lying_archive()),
        "many members": (".keras", many_members()),
        # pickles
        "npz": (".keras", fake_npz()),
        "npz weights": (".keras", archive_bytes(stack(dense()), b"", [("model.weights.npz", fake_npz())])),
        "pickle": (".keras", pickle.dumps(KERNEL)),
        "pickle as weights": (".weights.h5", pickle.dumps(KERNEL)),
        # legacy files are no way around
        "legacy lambda": (".h5", legacy_bytes(old_stack(old("Lambda", function=[lambda_code(mark), None, None])))),
        "legacy class": (".h5", legacy_bytes(old_stack(old("subprocess>Popen", args=["touch", str(mark)])))),
        "legacy path": (".h5", legacy_bytes(old_stack(old("StringLookup", vocabulary=str(secret))))),
        "legacy units": (".h5", legacy_bytes(old_stack(old("Dense", units=10**9)))),
        "legacy depth": (".h5", legacy_bytes(deep())),
    }


def hdf5_files(secret):
    """CVE-2026-0897, CVE-2026-1669 and the like: what HDF5 can point at."""
    found = {}
    makers = {
        "shape bomb": shape_bomb,
        "external storage": external(secret),
        "virtual dataset": virtual(secret),
        "external link": link(h5py.ExternalLink(str(secret), "/w")),
        "soft link": link(h5py.SoftLink("/layers/dense/vars/1")),
        "strings": strings,
        "references": references,
    }
    for name, make in makers.items():
        harmed = weights_bytes(replaced("layers/dense/vars/0", make))
        found[name] = (".keras", archive_bytes(stack(dense()), harmed))
        found[f"{name} in weights"] = (".weights.h5", harmed)
        change = replaced("model_weights/dense/dense/kernel:0", make)
        found[f"legacy {name}"] = (".h5", legacy_bytes(old_stack(old("Dense", units=3)), change))
    for name, target in (("external", h5py.ExternalLink(str(secret), "/g")), ("soft", h5py.SoftLink("/layers"))):
        harmed = weights_bytes(replaced("layers/dense", link(target)))
        found[f"group {name} link"] = (".weights.h5", harmed)
    found["circle"] = (".weights.h5", weights_bytes(lambda file: file["layers"].__setitem__("again", file["layers"])))
    return found


# ---- watching -------------------------------------------------------------------------------------------------------

EVENTS = ("open", "import", "exec", "compile", "marshal.loads", "pickle.find_class", "ctypes.dlopen")
PREFIXES = ("socket.", "subprocess.", "os.", "shutil.", "tempfile.", "urllib.", "ftplib.", "http.", "glob.")
HARMLESS = ("os.listdir", "os.scandir")


class Watch:
    """Notes what Python is asked to do, and whether a file is opened at all, by whatever library."""

    def __init__(self, path, secret):
        self.path, self.seen, self.on = str(path), [], False
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.inotify = self.libc.inotify_init1(os.O_NONBLOCK)
        self.libc.inotify_add_watch(self.inotify, os.fsencode(str(secret)), 0x20 | 0x01)  # IN_OPEN, IN_ACCESS
        sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        if not self.on or not (event in EVENTS or event.startswith(PREFIXES)) or event in HARMLESS:
            return
        if event == "open" and str(arguments[0]) == self.path:
            return
        self.seen.append(f"{event} {arguments!r}"[:200])

    def touched(self):
        try:
            return bool(os.read(self.inotify, 4096))
        except BlockingIOError:
            return False


def main(folder):
    import heron
    from heron.errors import HeronError

    secret = folder / "secret.bin"
    found = attacks(folder)
    good = folder / "good.keras"
    good.write_bytes(
        archive_bytes(stack(dense(activation="relu")) | {"compile_config": {"optimizer": "sgd", "loss": "mse"}})
    )
    old_good = folder / "good.h5"
    old_good.write_bytes(legacy_bytes(old_stack(old("Dense", units=3, activation="relu"))))
    net = heron.Sequential([heron.Input((4,)), heron.layers.Dense(3)])
    (folder / "good.weights.h5").write_bytes(weights_bytes())
    net.load_weights(folder / "good.weights.h5")
    for path in (good, old_good):  # so that all that is imported when needed has been
        heron.saving.load_model(path).predict(np.ones((1, 4)), verbose=0)
    watch = Watch("", secret)
    report = {}
    for name, (ending, data) in found.items():
        path = folder / f"harmful{ending}"
        path.write_bytes(data)
        watch.path, watch.seen, watch.on = str(path), [], True
        start, error = time.perf_counter(), "LOADED"
        try:
            net.load_weights(path) if ending == ".weights.h5" else heron.saving.load_model(path, safe_mode=None)
        except HeronError as caught:
            error = str(caught)
        except BaseException as caught:
            error = f"NOT HERON'S: {caught!r}"
        watch.on = False
        report[name] = [error, watch.seen, time.perf_counter() - start, watch.touched()]
    print(json.dumps({"report": report, "mark": (folder / "mark").exists(), "memory": _peak()}))


def _peak():
    """The most memory of this process in bytes; `ru_maxrss` would count the process that started it too."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
