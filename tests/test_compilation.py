import jax.numpy as jnp
import pytest

from heron import compilation


@pytest.fixture
def unknown_setting(monkeypatch):
    monkeypatch.setattr(compilation, "_CPU_OPTIONS", {"xla_cpu_a_setting_of_tomorrow": "1"})
    monkeypatch.setattr(compilation, "_refused", [])


def test_the_compiler_knows_the_settings():
    assert compilation.compiled(lambda x: x * 2)(3.0) == 6.0
    assert not compilation._refused


def test_a_compiler_that_does_not_know_a_setting_does_without(unknown_setting):
    twice = compilation.compiled(lambda x: x * 2, donate_argnums=0)
    assert twice(jnp.float32(3.0)) == 6.0
    assert twice(jnp.float32(4.0)) == 8.0
    assert compilation._refused
    assert compilation.compiled(lambda x: x + 1)(1.0) == 2.0


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError):
        compilation.compiled(lambda x: x * (1 // 0))(1.0)
