"""Runs play, are watched by several pages, can always be stopped, and end when nobody looks."""

import threading
import time
from contextlib import closing

import numpy as np
import pytest

from glassnet.errors import DataError
from glassnet.studio import app
from glassnet.studio.curve import MOST, Curve
from glassnet.studio.runs import Run
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from packing import unpacked


def until(holds, seconds=30):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@pytest.fixture
def run():
    """Return a run on the flower that ends with the test."""
    run = Run("test", Session(complete({"settings": {"learning_rate": 0.1, "batch_size": 64}})))
    yield run
    run.end()
    assert run.join(20)


def test_playing_is_the_same_training_as_steps(run):
    run.ask(lambda: run.do("play")).result(20)
    until(lambda: run.session.place.iteration > 200)
    run.ask(lambda: run.do("pause")).result(20)
    iteration = run.session.place.iteration
    alone = Session(run.session.spec)
    alone.advance(iteration)
    assert np.array_equal(alone.net.vector, run.session.net.vector)
    assert run.session.curve.last()["iterations"] == iteration
    time.sleep(0.1)
    assert run.session.place.iteration == iteration


def test_a_speed_is_steps_in_a_frame(run):
    run.ask(lambda: run.do("play", 2)).result(20)
    until(lambda: run.version > 5)
    state = run.ask(lambda: run.do("pause")).result(20)
    assert state["iteration"] % 2 == 0
    assert state["iteration"] <= 2 * (run.version + 1)
    assert state["speed"] == 2


@pytest.mark.parametrize("speed", [0, 1])
@pytest.mark.parametrize("slow", ["note", "advance"])
def test_what_is_asked_is_answered_however_slow_a_frame_or_a_step_is(run, monkeypatch, speed, slow):
    usual = getattr(run.session, slow)
    monkeypatch.setattr(run.session, slow, lambda *given: (time.sleep(0.05), usual(*given)))
    run.ask(lambda: run.do("play", speed)).result(20)
    for _ in range(20):
        before = run.session.place.iteration
        run.ask(lambda: time.sleep(0.01)).result(20)
    until(lambda: run.session.place.iteration > before)


def test_a_schedule_that_ends_pauses(run):
    run.ask(lambda: run.session.change({"settings": {"schedule": "cosine", "epochs": 3}})).result(20)
    run.ask(lambda: run.do("play")).result(20)
    until(lambda: not run.playing)
    assert run.session.place.epoch == 3
    assert "schedule" in run.state()["finished"]


def test_an_error_ends_the_training_and_not_the_thread(run, monkeypatch):
    def fails(steps):
        raise ZeroDivisionError("of the test")

    monkeypatch.setattr(run.session, "advance", fails)
    run.ask(lambda: run.do("play")).result(20)
    until(lambda: not run.playing)
    assert run.ask(run.state).result(20)["finished"] == "a fault of glassnet: of the test"


def test_work_that_fails_reaches_its_asker_and_nobody_else(run):
    with pytest.raises(ZeroDivisionError):
        run.ask(lambda: 1 / 0).result(20)
    assert run.ask(lambda: 2).result(20) == 2


def test_a_page_that_leaves_before_its_answer_ends_nothing(run):
    busy = threading.Event()
    first = run.ask(lambda: busy.wait(20))
    left = run.ask(run.state)
    assert left.cancel()  # as the server does when a connection is closed
    busy.set()
    assert first.result(20)
    assert run.ask(lambda: run.do("step")).result(20)["iteration"] == 1
    busy.clear()
    run.ask(lambda: busy.wait(20))
    left = run.ask(run.state)
    run.end()
    assert left.cancel()
    busy.set()
    assert run.join(20)


def test_an_ended_run_answers_that_it_has_ended():
    run = Run("test", Session(complete({})))
    run.ask(lambda: run.do("play")).result(20)
    run.end()
    assert run.join(20)
    with pytest.raises(ValueError, match="has ended"):
        run.ask(run.state).result(20)


def test_several_pages_see_the_same_run(client):
    path = client.run()
    with closing(client.events(f"{path}/events")) as one, closing(client.events(f"{path}/events")) as other:
        for page in (one, other):
            name, state = next(page)
            assert (name, state["iteration"]) == ("state", 0)
        client.post(f"{path}/do", {"what": "play"})
        for page in (one, other):
            seen = [0]
            for name, document in page:
                if name == "frame":
                    new = document["costs"]["iterations"]
                    assert not new or new[0] > seen[-1]
                    seen += new
                if len(seen) > 5:
                    break
            assert sorted(set(seen)) == seen
        client.post(f"{path}/do", {"what": "pause"})
        for page in (one, other):
            assert any(name == "state" and not document["playing"] for name, document in page)


def test_a_frame_has_the_numbers_of_its_moment(client):
    path = client.run()
    client.post(f"{path}/do", {"what": "play", "speed": 1})
    with closing(client.events(f"{path}/events")) as page:
        frame = next(document for name, document in page if name == "frame")
    client.post(f"{path}/do", {"what": "pause"})
    alone = Session(complete({}))
    alone.advance(frame["iteration"])
    for l in (1, 2):
        assert np.array_equal(unpacked(frame["W"][l - 1]), alone.net.W[l].astype("f4"))
    assert frame["scores"]["metric"] == "accuracy"


def test_a_run_that_nobody_looks_at_ends(serving):
    client = serving(kept=0.2)
    client.run()
    with closing(client.events(f"{client.run()}/events")) as page:
        next(page)
        until(lambda: len(client.studio.runs) == 1)
        time.sleep(0.5)
        assert len(client.studio.runs) == 1
    until(lambda: not client.studio.runs)


def test_there_are_never_too_many_runs(client, monkeypatch):
    monkeypatch.setattr(app, "MOST_RUNS", 2)
    first = client.run()
    second = client.run()
    with closing(client.events(f"{second}/events")) as page:
        next(page)
        third = client.run()
        assert client.ask("GET", first).status == 404
        with closing(client.events(f"{third}/events")) as other:
            next(other)
            assert client.ask("POST", "/api/runs", {}).status == 429
    assert client.get(second)["run"] == second.rsplit("/", 1)[1]


def test_a_page_is_told_when_its_run_ends(client):
    path = client.run()
    with closing(client.events(f"{path}/events")) as page:
        next(page)
        client.post(f"{path}/end", {})
        assert next(name for name, _ in page) == "end"


def test_findings_arise_beside_the_training(client):
    spec = {"hidden": [{"units": 4, "activation": "tanh"}], "initializer": "zeros"}
    path = client.run(spec)
    client.post(f"{path}/do", {"what": "play"})
    until(lambda: client.get(path)["iteration"] > 50)
    client.post(f"{path}/do", {"what": "pause"})
    until(lambda: client.get(path)["findings"])
    finding = client.get(path)["findings"][0]
    assert finding["name"] == "symmetric_units"
    assert finding["zh"]["title"] != finding["title"]


def test_a_network_that_cannot_be_judged_has_no_findings(run, monkeypatch):
    def fails(*given, **more):
        raise DataError("of the test")

    monkeypatch.setattr("glassnet.studio.findings.diagnose", fails)
    run.ask(lambda: run.session.advance(50)).result(20)
    change = run.change
    run.ask(run.changed).result(20)
    until(lambda: run.change > change + 1)
    assert run.findings.found == []


def test_a_curve_stays_short_and_in_order():
    curve = Curve()
    for iteration in range(20_000):
        curve.add(iteration, 1.0, None, 0.5, None, 0.1)
    points = curve.since()
    assert len(points["iterations"]) <= MOST
    assert points["iterations"][0] == 0
    assert points["iterations"][-1] == 19_999
    assert sorted(points["iterations"]) == points["iterations"]
    curve.add(20_000, float("nan"), None, 0.5, None, 0.1)
    assert curve.last()["train"] is None


def test_playing_pauses_after_so_many_steps_and_again(run):
    for reached in (40, 80):
        run.ask(lambda: run.do("play", 30, 40)).result(20)
        until(lambda: not run.playing)
        assert run.session.place.iteration == reached
    run.ask(lambda: run.do("play", 0, 0)).result(20)
    until(lambda: run.session.place.iteration > 200)
    assert run.playing
