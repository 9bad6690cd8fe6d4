"""Every data set of the studio can be trained on, and its knobs hold what they say."""

import numpy as np
import pytest

from glassnet import planes
from glassnet.studio.session import Session
from glassnet.studio.sources import SOURCES, make
from glassnet.studio.spec import complete


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {"typed"}))
def test_every_source_trains(name):
    session = Session(complete({"source": {"name": name}, "settings": {"learning_rate": 0.05}}))
    before = session.curve.last()["train"]
    session.advance(50)
    session.note()
    assert session.curve.last()["train"] < before
    assert len(session.data.features) == len(session.data.X)
    assert len(session.data.classes) == max(2, len(session.data.Y))
    assert set(session.data.labels(session.data.Y)) == set(session.data.classes)


@pytest.mark.parametrize("name", ["moons", "circles", "xor", "spiral", "clusters"])
def test_planes_follow_their_seed_and_hold_both_classes_alike(name):
    X, Y = getattr(planes, name)(3, 200)
    again = getattr(planes, name)(3, 200)
    assert X.shape == (2, 200)
    assert np.array_equal(X, again[0])
    assert not np.array_equal(X, getattr(planes, name)(4, 200)[0])
    share = Y.mean(axis=1)
    assert np.allclose(share, 1 / max(2, len(Y)), atol=0.1)


def test_planes_without_noise_are_what_they_are_called():
    X, Y = planes.xor(1, 300, noise=0)
    assert np.array_equal(X[0] * X[1] > 0, Y[0] > 0)
    X, Y = planes.circles(1, 300, noise=0)
    r = np.hypot(*X)
    assert (r[Y[0] > 0] <= 1).all()
    assert (r[Y[0] == 0] >= 2).all()
    X, Y = planes.moons(1, 300, noise=0)
    centre = np.where(Y[0], 1, 0), np.where(Y[0], 0.5, 0)
    assert np.allclose(np.hypot(X[0] - centre[0], X[1] - centre[1]), 1)
    X, Y = planes.clusters(1, 90, k=5, noise=0)
    assert len(np.unique(X.round(9), axis=1).T) == 5
    assert np.allclose(np.hypot(*X), 2)


def test_knobs_reach_their_maker():
    source = complete({"source": {"name": "clusters", "k": 4, "m": 40, "noise": 0}})["source"]
    made = make(source, 1)
    assert made.Y.shape == (4, 40)
