"""Settings that must stand before any test, or any docstring example, imports keras or jax."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from hypothesis import settings

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # several test processes may share one GPU
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ["HERON_COMPILATION_CACHE"] = "off"  # what a test finds does not hang on what was compiled before

# Most of what tests cost is compiling. So programs are compiled fast, whatever the speed of what comes out, here and in
# the processes that tests start. `as_shipped` undoes that.
_QUICK: dict[str, bool | int] = {"xla_cpu_parallel_codegen_split_count": 1}
if version("jaxlib").startswith("0.10."):  # XLA ends the process at a flag that it does not know
    _QUICK["xla_cpu_use_fusion_emitters"] = False
_SHIPPED = {"xla_cpu_parallel_codegen_split_count": 32, "xla_cpu_use_fusion_emitters": True}
_GIVEN = [flag for flag in os.environ.get("XLA_FLAGS", "").split() if flag[2:].partition("=")[0] not in _QUICK]
os.environ["XLA_FLAGS"] = " ".join([*_GIVEN, *(f"--{name}={value!s}".lower() for name, value in _QUICK.items())])
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "true")

# The programs of the lessons are data, which tests/lessons runs.
collect_ignore_glob = ["src/heron/lessons/programs/*"]

# The first process makes the folder; the processes of xdist inherit the variable and share what is decoded into it.
_OWN_HOME = None
if "HERON_HOME" not in os.environ:
    _OWN_HOME = os.environ["HERON_HOME"] = tempfile.mkdtemp(prefix="heron-tests-")

# No deadline: the first call of a jitted function compiles.
settings.register_profile("heron", deadline=None, max_examples=50, derandomize="CI" in os.environ)
settings.load_profile("heron")


@pytest.fixture(scope="module")
def as_shipped() -> Iterator[None]:
    """While the tests of a module run, heron's programs are compiled as they are for its users."""
    import jax  # after the settings above

    from heron import compilation

    quick = jax.config.read("jax_disable_most_optimizations")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JAX_DISABLE_MOST_OPTIMIZATIONS")
        patch.setenv("XLA_FLAGS", " ".join(_GIVEN))
        users = {name: _SHIPPED[name] for name in _QUICK}
        patch.setattr(compilation, "_CPU_OPTIONS", compilation._CPU_OPTIONS | users)
        jax.config.update("jax_disable_most_optimizations", False)
        jax.clear_caches()  # of what was compiled fast
        yield
    jax.config.update("jax_disable_most_optimizations", quick)
    jax.clear_caches()


@pytest.fixture(autouse=True)
def example_hears_everything(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said once in a process is said in a docstring example, whatever ran before it."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.setattr("heron.settings._settings.complaints", set())


def pytest_collection_finish() -> None:
    """What is there now stays to the end: the garbage collector, which some tests call, passes over it."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the cache folder in the process that made it."""
    if _OWN_HOME is not None:
        shutil.rmtree(_OWN_HOME, ignore_errors=True)
