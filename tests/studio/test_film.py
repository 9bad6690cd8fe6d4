"""A film of a run is trained again by the same acts: the same numbers, to the bit, in pictures on the way."""

import io

import numpy as np
import pytest
from PIL import Image

from glassnet.studio import film as films
from glassnet.studio.film import again, film, made_film, moments, order
from glassnet.studio.refused import RefusedError
from glassnet.studio.runs import Run
from glassnet.studio.session import Session
from glassnet.studio.spec import complete

SPECS = [
    {"source": {"name": "moons", "noise": 0.2}, "settings": {"learning_rate": 0.3}},
    {"source": {"name": "typed"}, "settings": {"optimizer": "adam", "batch_size": 60, "dropout": 0.1}, "test_share": 0},
    {"source": {"name": "clusters"}, "settings": {"schedule": "cosine", "epochs": 8, "batch_size": 99}},
]


def trained(spec):
    """Return a session in which several things were done, the last of them a number that was set."""
    session = Session(complete(spec))
    session.advance(15)
    session.change({"array": "W1", "row": 0, "column": 1, "value": 0.5})
    session.advance(7)
    session.change({"settings": {"learning_rate": 0.03}})
    session.advance(11)
    session.change({"settings": {"l2": 5.0}})
    session.change({"undo": True})
    session.change({"array": "b1", "row": 1, "column": 0, "value": -0.25})
    return session


@pytest.fixture
def run():
    found = Run("a run", Session(complete(SPECS[0])))
    yield found
    found.end()
    assert found.join(60)


@pytest.mark.parametrize("spec", SPECS)
def test_training_again_stops_where_it_was_told_and_comes_out_the_same(spec):
    session = trained(spec)
    twin = session.twin()
    twin.reset()
    stops = moments(session.place.iteration)
    seen, costs = [], []
    for iteration in again(twin, session.place.acts, stops):
        seen.append((iteration, twin.place.iteration))
        costs.append(twin.curve.last()["train"])
    assert seen == [(stop, stop) for stop in stops]
    assert np.array_equal(twin.net.vector, session.net.vector)
    assert costs[0] == Session(complete(spec)).curve.last()["train"]
    assert costs[-1] == session.net.cost(session.X, session.Y)


def test_moments_are_dense_at_first_and_hold_both_ends():
    assert moments(0) == [0]
    assert moments(3) == [0, 1, 3]
    found = moments(100_000)
    assert (found[0], found[-1]) == (0, 100_000)
    assert len(found) <= films.PICTURES + 1
    assert np.diff(found)[:10].max() < np.diff(found)[-10:].min()


def test_a_film_has_a_picture_of_each_moment_and_the_session_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(films, "PICTURES", 6)
    session = trained(SPECS[0])
    vector, counted = session.net.vector.copy(), []
    data = film(session.twin(), "gif", "en", lambda n: counted.append(n) or True)
    assert counted == list(range(1, 1 + len(moments(33))))
    assert Image.open(io.BytesIO(data)).n_frames == len(counted)
    assert np.array_equal(session.net.vector, vector)


def test_a_film_that_is_given_up_ends_at_its_next_picture(monkeypatch):
    session = trained(SPECS[0])
    assert film(session.twin(), "gif", "en", lambda n: n < 2) is None
    monkeypatch.setattr(films, "MOST_SECONDS", -1.0)
    with pytest.raises(RefusedError, match="longer than"):
        film(session.twin(), "gif", "en", lambda n: True)


def test_a_training_that_comes_out_otherwise_is_not_filmed(monkeypatch):
    monkeypatch.setattr(films, "PICTURES", 3)
    session = trained(SPECS[0])
    session.place.acts[0]["iterations"] -= 1
    with pytest.raises(RefusedError, match="otherwise"):
        film(session.twin(), "gif", "en", lambda n: True)


def test_a_film_is_made_beside_the_run_and_kept(run, monkeypatch):
    monkeypatch.setattr(films, "PICTURES", 4)
    with pytest.raises(RefusedError, match="nothing was trained"):
        order(run, {"what": "make"})
    assert order(run, {"what": "look"}) == {"state": "none"}
    run.ask(lambda: run.do("step")).result(60)
    begun = order(run, {"what": "make", "kind": "gif"})
    assert begun["of"] == 2
    assert run.session.film.join(120)
    assert order(run, {"what": "look"})["state"] == "made"
    assert made_film(run.session, "gif")[:3] == b"GIF"
    with pytest.raises(RefusedError, match="make it first"):
        made_film(run.session, "webp")


def test_a_film_is_given_up(run):
    run.ask(lambda: run.do("epoch")).result(60)
    for _ in range(20):
        run.ask(lambda: run.do("step")).result(60)
    order(run, {"what": "make"})
    order(run, {"what": "cancel"})
    assert run.session.film.join(120)
    assert order(run, {"what": "look"})["state"] == "given up"
    order(run, {"what": "make"})
    run.end()
    assert run.session.film.join(120)
    assert run.session.film.file is None


@pytest.mark.parametrize("body", [{}, {"what": "explode"}, {"what": "make", "kind": "mp4"}, {"what": 3}])
def test_what_no_film_is_is_refused(run, body):
    with pytest.raises(RefusedError, match="expected one of"):
        order(run, body)


def test_the_server_gives_it(client, monkeypatch):
    monkeypatch.setattr(films, "PICTURES", 3)
    path = client.run({"source": {"name": "moons", "m": 40}})
    client.post(f"{path}/do", {"what": "step"})
    assert client.ask("GET", f"{path}/export?kind=webp").status == 422
    client.post(f"{path}/film", {"what": "make", "kind": "webp"})
    while (found := client.post(f"{path}/film", {"what": "look"}))["state"] == "making":
        pass
    answer = client.ask("GET", f"{path}/export?kind=webp")
    assert len(answer.body) == found["bytes"]
    assert Image.open(io.BytesIO(answer.body)).format == "WEBP"
