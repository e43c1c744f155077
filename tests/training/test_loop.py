"""How an epoch is cut into pieces."""

from __future__ import annotations

from heron.training.loop import FIRST_CHUNK, Pace


def test_batch_listeners_get_every_batch():
    pace = Pace(every_batch=True, seconds=1.0)
    pace.timed(1, 1e-6), pace.timed(1, 1e-6)
    assert pace.stop(4, 100) == 5


def test_pieces_take_about_the_time_given():
    pace = Pace(every_batch=False, seconds=0.25)
    assert pace.stop(0, 10_000) == FIRST_CHUNK
    pace.timed(FIRST_CHUNK, 9.0)
    assert pace.stop(0, 10_000) == FIRST_CHUNK, "the first piece holds the compilation and is not counted"
    pace.timed(FIRST_CHUNK, 1.024)
    assert pace.stop(0, 10_000) == 125


def test_a_small_rest_is_not_left_over():
    pace = Pace(every_batch=False, seconds=1.0, fixed=None)
    assert pace.stop(0, FIRST_CHUNK + 1) == FIRST_CHUNK + 1
    assert Pace(every_batch=False, seconds=1.0, fixed=3).stop(0, 4) == 3
