"""Files that are damaged, cut off, of another kind or made to do harm: one clear error, and nothing is changed."""

from __future__ import annotations

import json
import pickle
import re
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heron.saving import FileContentError, load_weights, save_weights, tensor_file
from heron.saving.tensor_file import MAX_HEADER
from tests.saving.fakes import FakeModel, all_are


def net(value=0.0):
    return FakeModel(**{"dense/kernel": np.full((2, 3), value, "float32"), "dense/bias": np.full(3, value, "float32")})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


@pytest.fixture
def whole(path):
    save_weights(net(1.0), path)
    return path.read_bytes()


def refused(path, data):
    """The text of the refusal to load a file with `data`, which leaves the model as it was."""
    path.write_bytes(data)
    model = net()
    with pytest.raises(FileContentError) as caught:
        load_weights(model, path)
    assert all_are(model, 0.0)
    return str(caught.value)


def file_of(header, body=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


# ---- damage -------------------------------------------------------------------------------------------------------


def test_every_damaged_byte_is_noticed(path, whole):
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            text = refused(path, whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            assert str(path) in text


def test_every_cut_off_file_is_noticed(path, whole):
    for size in range(len(whole)):
        refused(path, whole[:size])


def test_what_is_added_is_noticed(path, whole):
    assert "is damaged: incomplete metadata, file not fully covered" in refused(path, whole + b"\0")


def test_bytes_that_changed_places_are_noticed(path, whole):
    assert "does not match the SHA-256" in refused(path, whole[:-8] + whole[-4:] + b"\0\0\0\0")


@pytest.mark.parametrize("other", [b"", b"hello", "cut", "another"])
def test_a_file_that_changes_while_it_is_read(path, other):
    path.write_bytes(file_of(GOOD, BODY))
    header = tensor_file.read_header(str(path))
    another = {"dense/kernel": entry(shape=(6,)), "dense/bias": entry(shape=(3,), offsets=(24, 36))}
    path.write_bytes({"cut": file_of(GOOD, BODY[:-4]), "another": file_of(another, BODY)}.get(other, other))
    with pytest.raises(FileContentError, match="is damaged: "):
        tensor_file.read_arrays(str(path), header, ["dense/bias"])


# ---- other kinds of file ------------------------------------------------------------------------------------------


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    return path.read_bytes()


@pytest.mark.parametrize(
    "data, what",
    [
        (b"", "it is empty"),
        (b"hello", "it is 5 bytes that begin with b'hello'"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file (.h5)"),
        (pickle.dumps([1.0] * 9), "a Python pickle"),
        (b"\x93NUMPY\x01\0v\0{'descr': '<f4'}", "a NumPy array (.npy)"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip-compressed data"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer, not the file itself"),
        (b"<!DOCTYPE html><html>", "a web page or XML"),
    ],
)
def test_other_kinds_of_file_are_named(path, data, what):
    text = refused(path, data)
    assert "exists but is not a safetensors file" in text
    assert what in text


def test_a_zip_archive_is_named(path):
    assert "a zip archive (.keras and .npz files are such)" in refused(path, zipped(path))


# ---- headers that lie ---------------------------------------------------------------------------------------------


def entry(dtype="F32", shape=(2, 3), offsets=(0, 24), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


GOOD = {"dense/kernel": entry(), "dense/bias": entry(shape=(3,), offsets=(24, 36))}
BODY = bytes(36)


def test_the_header_that_the_others_differ_from_is_good(path):
    path.write_bytes(file_of(GOOD, BODY))
    model = net(1.0)
    load_weights(model, path)
    assert all_are(model, 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"dense/kernel": entry(shape=(2**40, 2**40))},
        {"dense/kernel": entry(shape=(2**62, 2), offsets=(0, 2**65))},
        {"dense/kernel": entry(shape=(2**61,), offsets=(0, 2**63 - 1))},
        {"dense/kernel": entry(shape=(10**6,), offsets=(0, 4 * 10**6))},
        {"extra": entry(shape=(10**9,), offsets=(36, 36 + 4 * 10**9))},
        {"dense/kernel": entry(offsets=(24, 0))},
        {"dense/kernel": entry(offsets=(-24, 0))},
        {"dense/kernel": entry(offsets=(0, 24, 36))},
        {"dense/kernel": entry(offsets=(0.0, 24.0))},
        {"dense/kernel": entry(shape=(True, 6))},
        {"dense/kernel": entry(shape=(-2, -3))},
        {"dense/kernel": entry(shape=(2, 2))},
        {"dense/kernel": entry() | {"shape": "23"}},
        {"dense/kernel": entry(dtype="F128")},
        {"dense/kernel": entry(dtype=["F32"])},
        {"dense/kernel": [1, 2, 3]},
        {"dense/kernel": None},
        {"dense/bias": entry(shape=(3,), offsets=(0, 12))},
        {"dense/bias": entry(shape=(3,), offsets=(28, 40))},
        {"dense/bias": entry(shape=(2,), offsets=(24, 32))},
        {"__metadata__": ["heron"]},
        {"__metadata__": {"heron": 5}},
    ],
)
def test_headers_that_lie(path, changes):
    assert re.search("is damaged: [a-zA-Z].*", refused(path, file_of(GOOD | changes, BODY)))


NAMES = list(GOOD)
ZEROS = "0" * 64


@pytest.mark.parametrize(
    "about, what",
    [
        ("", "its metadata cannot be read"),
        ("{", "its metadata cannot be read"),
        ("[" * 100_000, "its metadata cannot be read"),
        ("[]", "its SHA-256 is missing"),
        ("{}", "its SHA-256 is missing"),
        ({"sha256": 5}, "its SHA-256 is missing"),
        ({"sha256": ZEROS, "weights": NAMES}, "does not match the SHA-256"),
        ({"sha256": "é" * 64, "weights": NAMES}, "does not match the SHA-256"),
        ({"sha256": ZEROS, "weights": "dense/kernel"}, "the names of its weights are no list"),
        ({"sha256": ZEROS, "weights": NAMES, "optimizer": [["a"]]}, "the names of its optimizer are no list"),
        ({"sha256": ZEROS, "weights": NAMES[:1]}, "do not name each of them once"),
        ({"sha256": ZEROS, "weights": [*NAMES, "dense/bias"]}, "do not name each of them once"),
        ({"sha256": ZEROS, "weights": NAMES, "random": NAMES[:1]}, "do not name each of them once"),
        ({"sha256": ZEROS, "weights": [*NAMES, "other"]}, "do not name each of them once"),
    ],
)
def test_metadata_that_lie(path, about, what):
    text = about if isinstance(about, str) else json.dumps(about)
    assert what in refused(path, file_of(GOOD | {"__metadata__": {"heron": text}}, BODY))


def test_metadata_under_a_damaged_name(path):
    metadata = {"xeron": json.dumps({"sha256": ZEROS, "weights": NAMES}), "format": "np"}
    assert "its metadata should stand under 'heron'" in refused(path, file_of(GOOD | {"__metadata__": metadata}, BODY))


def test_metadata_of_others_are_passed_over(path):
    path.write_bytes(file_of(GOOD | {"__metadata__": {"format": "pt", "note": "{}"}}, BODY))
    model = net(1.0)
    load_weights(model, path)
    assert all_are(model, 0.0)


def test_dtypes_that_heron_does_not_know(path):
    header = {"dense/kernel": entry(dtype="F4", shape=(2, 24)), "dense/bias": GOOD["dense/bias"]}
    assert "'dense/kernel' has dtype 'F4', which heron cannot read; it reads F64, F32" in refused(
        path, file_of(header, BODY)
    )


@pytest.mark.parametrize(
    "data",
    [
        file_of(GOOD, BODY, length=10**6),
        file_of(GOOD, BODY, length=40),
        file_of(GOOD, BODY, length=0),
        file_of(b'{"a": NaN}'),
        file_of(b'{"a": -Infinity}'),
        file_of(b'{"a": 1, "a": 1}'),
        file_of(b'{"a": "\xff\xfe"}'),
        file_of(b'{"a": ' + b"9" * 5000 + b"}"),
        file_of(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        file_of(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        file_of(b"{}" + b"x" * 10),
    ],
    ids=range(11),
)
def test_headers_that_cannot_be_read(path, data):
    assert re.search("is damaged: [a-zA-Z].*", refused(path, data))


@pytest.mark.parametrize(
    "data", [file_of(GOOD, BODY, length=2**63), file_of(b"{" + b" " * MAX_HEADER + b"}")], ids="ab"
)
def test_headers_that_are_too_long(path, data):
    assert "bytes long; at most 16,777,216 are read" in refused(path, data)


def test_memory_is_bounded_by_the_model_and_the_header(path):
    lies = [
        file_of(GOOD | {"extra": entry(shape=(10**12,), offsets=(36, 36 + 4 * 10**12))}, BODY),
        file_of({"dense/kernel": entry(shape=(10**7,), offsets=(0, 4 * 10**7))}, bytes(4 * 10**7)),
        file_of(b'{"a":[' + b"[]," * 300_000 + b"[]]}"),
    ]
    for data in lies:
        path.write_bytes(data)
        tracemalloc.start()
        with pytest.raises(FileContentError):
            load_weights(net(), path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 35e6


OPENED: list[str] | None = None


def listen(event, arguments):
    if OPENED is not None and event.split(".")[0] in (
        "open",
        "socket",
        "subprocess",
        "exec",
        "compile",
        "import",
        "pickle",
    ):
        OPENED.append(f"{event} {arguments[0]}")


def test_nothing_but_the_file_is_touched(path, whole):
    global OPENED
    sys.addaudithook(listen)  # stays for the life of the process, and does nothing after this test
    path.write_bytes(file_of({"../../etc/passwd": entry(), "http://example.org/w": entry(offsets=(24, 48))}, bytes(48)))
    model, OPENED = net(), []
    try:
        with pytest.raises(FileContentError):
            load_weights(model, path)
        touched = OPENED
    finally:
        OPENED = None
    assert touched == [f"open {path}"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["F32", "BF16"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["dtype", "shape", "data_offsets", "__metadata__", "heron.sha256"]), inner)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.binary(max_size=80)
    | st.builds(file_of, JSON.map(lambda v: json.dumps(v).encode()), st.binary(max_size=40))
    | st.builds(file_of, st.dictionaries(st.sampled_from(["dense/kernel", "dense/bias"]), JSON), st.binary(max_size=40))
)
def test_whatever_a_file_holds_there_is_one_kind_of_error(path, data):
    refused(path, data)


def test_a_sound_file_with_nan_in_it_loads(path):
    save_weights(net(np.nan), path)
    model = net()
    load_weights(model, path)
    assert all(np.isnan(a).all() for a in model.values())
