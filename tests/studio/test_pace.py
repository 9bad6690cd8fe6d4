"""Pieces of training are as long as asked, whatever a start of `fit` and a step take, and however the times scatter."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.studio.pace import SINGLES, STARTS, Pace

PIECE = 0.025


def lengths(pace, start, step, pieces, scatter=0.0, seed=0):
    """Play some pieces, and return how long each took."""
    rng, took = np.random.default_rng(seed), []
    for _ in range(pieces):
        steps = pace.steps_in(PIECE)
        seconds = (start + steps * step) * (1 + scatter * rng.exponential())
        pace.learn(steps, seconds)
        took.append(seconds)
    return took


@pytest.mark.parametrize("step", [1e-6, 5e-5, 8e-5, 1e-3])
@pytest.mark.parametrize("start", [0.0, 1e-4, 2.5e-3, 6e-3])
def test_a_piece_is_as_long_as_asked(start, step):
    took = lengths(Pace(), start, step, 400)[-10 * SINGLES :]
    assert np.median(took) == pytest.approx(PIECE, rel=0.1, abs=step)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scatter", [0.3, 1.0, 3.0])
def test_pieces_do_not_grow_where_others_use_the_cores(scatter, seed):
    pace = Pace()
    took = lengths(pace, 2.5e-3, 8e-5, 2000, scatter, seed)
    assert np.median(took) < 2 * PIECE
    assert pace.start < 2.5e-3 * (1 + 5 * scatter)


def test_a_slow_first_start_does_not_make_pieces_long():
    pace = Pace()
    pace.learn(pace.steps_in(PIECE), 0.2)  # what is imported by the first call of `fit`
    assert max(lengths(pace, 1e-3, 1e-5, 40)) < 1.1 * PIECE


@pytest.mark.parametrize("start", [0.02, 0.2])
def test_a_slow_start_is_worth_while(start):
    took = lengths(Pace(), start, 1e-4, 400)[-10 * SINGLES :]
    assert np.median(took) == pytest.approx(STARTS * start, rel=0.1)


@pytest.mark.parametrize(("step", "most"), [(0.1, 2), (0.3, 1), (3.0, 1)])
def test_a_slow_step_is_a_piece(step, most):
    took = lengths(Pace(), 1e-3, step, 100)
    assert max(took) < most * step + 2e-3
    assert np.median(took) < step + 2e-3


def test_a_change_that_makes_steps_slow_is_found_out_soon():
    pace = Pace()
    lengths(pace, 1e-3, 1e-5, 200)
    pace.slow_down()
    assert max(lengths(pace, 1e-3, 0.05, 20)) < 4 * 0.05
