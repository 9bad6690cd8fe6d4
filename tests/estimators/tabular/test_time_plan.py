"""A time limit decides candidates and steps by their measured speed; no test here depends on a clock."""

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor, load
from glassnet.errors import SettingError
from glassnet.estimators.tabular import time_plan
from glassnet.estimators.tabular.time_plan import TimePlan, ends_at


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that a test sets."""
    now = [100.0]
    monkeypatch.setattr(time_plan.time, "perf_counter", lambda: now[0])
    return now


def planned(limit, seconds, wanted, per_epoch=10):
    plan = TimePlan(limit, began=100.0)
    plan.seconds, plan.wanted, plan.rows = dict(seconds), dict(wanted), 100
    plan.per_epoch = dict.fromkeys(seconds, per_epoch)
    return plan


SPEEDS = {"linear": 0.001, "simple": 0.01, "deep": 0.1}
WANTED = {"linear": 1000, "simple": 1000, "deep": 1000}


def test_where_time_is_enough_nothing_changes(clock):
    plan = planned(1000, SPEEDS, WANTED)
    plan.plan(list(SPEEDS))
    assert plan.steps == WANTED
    assert plan.notes() == []


def test_where_it_is_short_all_get_the_same_share(clock):
    plan = planned(60, SPEEDS, WANTED)
    plan.plan(list(SPEEDS))
    assert len(plan.steps) == 3
    assert len(set(plan.steps.values())) == 1
    used = sum(SPEEDS[name] * (steps + time_plan.JUDGING * 10) for name, steps in plan.steps.items())
    assert 0.95 * 60 < used <= 60


def test_where_it_is_very_short_the_deepest_are_left_out(clock):
    plan = planned(5, SPEEDS, WANTED)
    plan.plan(list(SPEEDS))
    assert list(plan.steps) == ["linear", "simple"]


def test_one_candidate_is_always_trained(clock):
    plan = planned(0.001, SPEEDS, WANTED)
    plan.plan(list(SPEEDS))
    assert plan.steps == {"linear": 1}
    clock[0] += 10
    plan.taken["linear"] = 1, 1
    plan.plan(["simple", "deep"])
    assert plan.steps == {}
    assert "not tried: simple, deep" in plan.notes()[0]


def test_time_for_scoring_is_kept_back(clock):
    plan = planned(60, SPEEDS, WANTED)
    with ends_at(clock[0] + 60, 1000):  # ten times the rows of the training
        assert plan.left(["linear"]) == pytest.approx(60 - time_plan.SCORING * 0.001 * 10 * 10)


X = {"a": np.random.default_rng(0).normal(size=300), "b": np.arange(300.0) % 7}


@pytest.mark.parametrize("limit", [1e-3, 3600])
def test_a_model_is_trained_within_any_limit(limit, tmp_path):
    model = TabularClassifier(time_limit=limit, random_state=0, preset="fast").fit(X, X["a"] > 0)
    assert (model.history_.steps == 1) == (limit < 1)
    assert any("time limit" in note for note in model.notes_) == (limit < 1)
    model.save(tmp_path / "m.glassnet")
    assert load(tmp_path / "m.glassnet").time_limit == limit


def test_a_limit_that_is_long_enough_changes_no_bit():
    free, limited = (TabularRegressor(random_state=0, epochs=3, time_limit=t).fit(X, X["a"]) for t in (None, 3600))
    np.testing.assert_array_equal(free.predict(X), limited.predict(X))


def test_a_limit_is_more_than_no_time():
    with pytest.raises(SettingError, match="time_limit"):
        TabularClassifier(time_limit=0).fit(X, X["a"] > 0)
