"""Which engine takes a run, and what is said about it."""

import json
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest

from glassnet import Network
from glassnet.backends import backend
from glassnet.backends import choice as choices
from glassnet.backends.backend import COEFFICIENTS
from glassnet.backends.choice import amortise_startup_over, built_in, work_counts_of
from glassnet.backends.registry import BACKENDS
from needs import hold_backends

X = np.random.default_rng(0).normal(size=(3, 40))
Y = (X[:1] > 0).astype(float)

BUILT_IN = built_in()
STEPS_ONLY = {name: dict.fromkeys(COEFFICIENTS, 0.0) for name in ("numpy", "quick", "cuda")}
STEPS_ONLY["numpy"]["step"] = 1.0  # a second a step
STEPS_ONLY["quick"].update(start=10.0, step=0.5)
STEPS_ONLY["cuda"].update(start=100.0, step=0.1)  # pays after 225 steps


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """Keep coefficients in a folder of the test's own; no graphics processor, whatever the machine has."""
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    monkeypatch.setitem(BACKENDS, "torch", replace(BACKENDS["torch"], is_present=lambda: False))
    choices.measured.cache_clear()
    yield tmp_path
    choices.measured.cache_clear()


@pytest.fixture
def coefficients(place):
    """Let the simple coefficients be those that were measured."""
    (place / "engines.json").write_text(json.dumps(STEPS_ONLY))


@pytest.fixture
def rows(monkeypatch):
    """Let the backends be NumPy, a made-up one in place of the native one, and torch."""
    quick = replace(BACKENDS["numpy"], name="quick", libraries=(), phrase="quickly", in_parallel=True)
    rows = {"numpy": BACKENDS["numpy"], "quick": quick, "torch": BACKENDS["torch"]}
    hold_backends(monkeypatch, rows)


@pytest.fixture
def cuda(monkeypatch, rows):
    """Let there be a graphics processor; return the times that it was asked for."""
    asked = []
    changes = {"answers": lambda: asked.append(1) or True, "make_stepper": BACKENDS["numpy"].make_stepper}
    row = replace(BACKENDS["torch"], libraries=(), is_present=lambda: True, **changes)
    monkeypatch.setitem(BACKENDS, "torch", row)
    return asked


def choice(net=None, X=X, Y=Y, **options):
    """Return the message at the start of a run, which ends there."""
    told = []
    net = net or Network([3, 4, 1], seed=1)
    net.fit(X, Y, callbacks=[lambda progress: told.append(progress.engine) or True], **options)
    return told[0]


# ---------------------------------------------------------------- the rule
@pytest.mark.parametrize(("steps", "expected"), [(1, "quick (predicted 10 s quickly)"), (9000, "75 min quickly")])
@pytest.mark.usefixtures("coefficients", "rows")
def test_numpy_takes_nothing_that_another_covers(steps, expected):
    """However short the run."""
    assert expected in choice(iterations=steps)


@pytest.mark.parametrize(("steps", "expected"), [
    (1, "quick (predicted 10 s quickly, 100 s on cuda)"), (225, "quick (predicted 2 min quickly, 2 min on cuda)"),
    (226, "torch (predicted 2 min quickly, 2 min on cuda)"), (9000, "torch (predicted 75 min quickly, 17 min on cuda)"),
])  # fmt: skip
@pytest.mark.usefixtures("coefficients", "cuda")
def test_a_device_takes_what_it_is_predicted_to_do_sooner(steps, expected):
    assert choice(iterations=steps) == expected


@pytest.mark.usefixtures("coefficients", "cuda")
def test_numpy_is_compared_where_it_is_all_there_is(monkeypatch):
    monkeypatch.setitem(BACKENDS, "quick", replace(BACKENDS["quick"], covers=lambda run: False))
    assert choice(iterations=111) == "numpy (predicted 111 s with numpy, 111 s on cuda)"
    assert choice(iterations=112) == "torch (predicted 112 s with numpy, 111 s on cuda)"


@pytest.mark.usefixtures("coefficients", "cuda")
def test_what_was_chosen_runs_and_is_recorded():
    for steps, engine in ((5, "quick"), (300, "torch")):
        history = Network([3, 4, 1], seed=1).fit(X, Y, iterations=steps)
        assert history.engine == engine
        assert history.choice.startswith(f"{engine} (predicted ")


@pytest.mark.usefixtures("coefficients", "cuda")
def test_fits_that_share_a_start():
    assert choice(iterations=30).startswith("quick")
    with amortise_startup_over(10):
        assert choice(iterations=30) == "torch (predicted 2.7 min quickly, 2.2 min on cuda)"
        with amortise_startup_over(2):
            assert choice(iterations=30) == "torch (predicted 5.2 min quickly, 2.7 min on cuda)"
        with amortise_startup_over(2, at_once=2):
            assert choice(iterations=30) == "quick (predicted 2.7 min quickly, 2.7 min on cuda)"
        told = []
        other = Thread(target=lambda: told.append(choice(iterations=30)))
        other.start()
        other.join()
        assert told[0].startswith("quick (predicted 25 s")  # a thread of someone else's knows nothing of it
    with pytest.raises(ZeroDivisionError), amortise_startup_over(10):
        raise ZeroDivisionError
    assert choice(iterations=30).startswith("quick")


@pytest.mark.usefixtures("coefficients", "rows")
@pytest.mark.parametrize(("options", "expected"), [
    ({"optimizer": "lbfgs"}, "numpy (line searches run there)"),
    ({"engine": "numpy"}, "numpy"),
    ({"engine": "quick"}, "quick"),
])  # fmt: skip
def test_what_is_not_for_the_coefficients_to_decide(options, expected):
    assert choice(iterations=4000, **options) == expected


@pytest.mark.usefixtures("coefficients", "rows")
def test_where_nothing_else_is_installed_numpy_takes_all(monkeypatch):
    monkeypatch.setitem(BACKENDS, "quick", replace(BACKENDS["quick"], libraries=("quick",)))
    monkeypatch.setattr(backend, "is_installed", lambda name: name == "numpy")
    assert choice(iterations=4000) == "numpy (engine='quick' needs quick: pip install \"quick\")"


@pytest.mark.usefixtures("coefficients", "rows")
@pytest.mark.parametrize("answers", [True, False])
def test_a_graphics_processor_is_asked_only_where_it_would_pay(monkeypatch, answers):
    asked = []
    cuda = {"libraries": (), "is_present": lambda: True, "answers": lambda: asked.append(1) or answers}
    monkeypatch.setitem(BACKENDS, "torch", replace(BACKENDS["torch"], **cuda))
    assert choice(iterations=200) == "quick (predicted 110 s quickly, 2 min on cuda)"
    assert not asked
    assert choice(iterations=300).startswith("torch (" if answers else "quick (")
    assert asked


@pytest.mark.parametrize(("seconds", "told"), [
    (1e-5, "under 0.01 s"), (0.0123, "0.012 s"), (1.26, "1.3 s"), (119, "119 s"), (120, "2 min"), (8000, "2.2 h"),
    (1e6, "278 h"),
])  # fmt: skip
def test_durations_are_easy_to_read(seconds, told):
    assert choices._duration(seconds) == told


# ---------------------------------------------------------------- the work counts
def test_work_counts_by_hand():
    """n = 3-4-2, 10 samples, float64, Adam: products of 2*4*3*10 and 2*2*4*10 operations."""
    assert work_counts_of([3, 4, 2], samples=10, moments=2, size=2) == {
        "step": 1, "layer": 2, "entry": 2 * 10 * 6, "parameter": 2 * 26 * 4, "small": 2 * (2 * 240 + 3 * 160),
        "middle": 0, "large": 0,
    }  # fmt: skip
    of_all_sizes = work_counts_of([1000, 1000, 100, 10], samples=100, moments=0)
    assert (of_all_sizes["large"], of_all_sizes["middle"]) == (2 * 2e8, 3 * 2e7)
    assert of_all_sizes["small"] == 3 * 2e5


@pytest.mark.parametrize("engine", BACKENDS)
def test_predictions_grow_with_the_work(monkeypatch, engine):
    seconds = []
    monkeypatch.setattr(
        choices, "chosen", lambda run: seconds.append(choices.predicted_seconds(run, engine))
        or choices.Choice("numpy", "")
    )  # fmt: skip
    for sizes, options in [
        ([3, 4, 1], {"epochs": 1}), ([3, 4, 1], {"epochs": 2}), ([3, 4, 1], {"epochs": 2, "batch_size": 2}),
        ([3, 4, 4, 1], {"epochs": 2, "batch_size": 2}), ([3, 4000, 40, 1], {"epochs": 2, "batch_size": 2}),
    ]:  # fmt: skip
        choice(Network(sizes), **options)
    many = Network([3, 4000, 40, 1], n_networks=3)
    choice(many, epochs=2, batch_size=2)
    assert seconds == sorted(set(seconds))


# ---------------------------------------------------------------- the coefficients
def one_figure(text):
    """Return a file of coefficients, one of which is `text`."""
    return json.dumps({"numpy": dict.fromkeys(COEFFICIENTS, 0.5)}).replace("0.5", text, 1)


@pytest.mark.parametrize("content", [
    None, "", "[1]", "{", "[" * 10**5, '{"numpy": {}}', '{"numpy": {"start": "soon"}}', one_figure("NaN"),
    one_figure("-1"), one_figure("1e999"), one_figure("1" + "0" * 400),
])  # fmt: skip
def test_coefficients_that_cannot_be_used_give_way_to_those_built_in(place, content):
    if content is not None:
        (place / "engines.json").write_text(content)
    assert choices.cost_coefficients() == BUILT_IN


def test_an_engine_that_was_not_measured_keeps_its_coefficients(place):
    (place / "engines.json").write_text(json.dumps({"numpy": STEPS_ONLY["numpy"]}))
    assert choices.cost_coefficients() == {**BUILT_IN, "numpy": STEPS_ONLY["numpy"]}


def test_a_run_leaves_no_folder_behind(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "cache"))
    choice(iterations=3)
    assert not (tmp_path / "cache").exists()
