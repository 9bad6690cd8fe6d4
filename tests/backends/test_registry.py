"""A backend is one row: a made-up one is a name that every interface takes, trains, and is shown."""

from dataclasses import replace
from itertools import takewhile

import numpy as np
import pytest

from glassnet import MLPClassifier, Network, TabularClassifier
from glassnet.backends import choice
from glassnet.backends.backend import Backend
from glassnet.backends.numpy import NUMPY
from glassnet.backends.registry import BACKENDS
from glassnet.errors import MissingLibraryError, SettingError, UnknownNameError
from glassnet.training.settings import TRAINING, Settings
from needs import hold_backends

draw = np.random.default_rng(0)
X = draw.normal(size=(3, 40))
Y = (X[:1] > 0) * 1.0

runs = []


def make_stepper(run):
    """Note the run, and take NumPy's steps."""
    runs.append(run)
    return NUMPY.make_stepper(run)


FREE = (0.0,) * 8  # seconds to start, and per unit of work
ABACUS = Backend(
    name="abacus",
    libraries=(),
    make_stepper=make_stepper,
    coefficients=FREE,
    phrase="by hand",
    good_for="small numbers",
    devices=("cpu", "wood"),
)


@pytest.fixture
def abacus(monkeypatch, tmp_path):
    """Return a function that registers the made-up backend with some fields changed."""
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    choice.measured.cache_clear()
    runs.clear()

    def register(**changes):
        monkeypatch.setitem(BACKENDS, "abacus", replace(ABACUS, **changes))

    register()
    yield register
    choice.measured.cache_clear()


def fit(**settings):
    return Network([3, 4, 1], seed=1).fit(X, Y, epochs=3, batch_size=10, **settings)


def test_each_row_has_its_name():
    assert [row.name for row in BACKENDS.values()] == list(BACKENDS)
    assert TRAINING["engine"].names == ("auto", *BACKENDS)


@pytest.mark.usefixtures("abacus")
def test_its_stepper_runs_and_is_recorded():
    history = fit(engine="abacus")
    assert len(runs) == 1
    assert (history.engine, history.choice, history.steps) == ("abacus", "abacus", 12)
    np.testing.assert_array_equal(history.cost, fit(engine="numpy").cost)


@pytest.mark.usefixtures("abacus")
@pytest.mark.parametrize("estimator", [MLPClassifier, TabularClassifier])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_estimators_take_it(estimator):
    settings = {"max_iter": 3} if estimator is MLPClassifier else {"epochs": 3, "hidden": 4}
    model = estimator(engine="abacus", random_state=0, **settings).fit(X.T, Y[0])
    assert model.network_.record["engine"] == "abacus"
    assert runs


@pytest.mark.usefixtures("abacus")
def test_auto_takes_it_where_it_is_fastest():
    history = fit()
    assert history.engine == "abacus"
    assert history.choice.startswith("abacus (predicted ")
    assert "under 0.01 s by hand" in history.choice


def test_what_it_does_not_cover_is_numpys(abacus):
    abacus(covers=lambda run: run.batches.size > 10)
    history = fit(engine="abacus")
    assert (history.engine, history.choice) == ("numpy", "numpy (this run is not covered by the abacus engine)")
    assert fit().engine != "abacus"
    abacus(make_stepper=lambda run: None)  # it turns out late
    assert fit(engine="abacus").engine == "numpy"


def test_what_it_needs_is_said(abacus):
    abacus(libraries=("beads_of_wood",))
    assert fit().engine != "abacus"
    with pytest.raises(MissingLibraryError, match=r"engine='abacus' needs beads_of_wood"):
        fit(engine="abacus")


def test_why_it_is_not_here_is_one_sentence_everywhere(abacus, monkeypatch, glassnet):
    hold_backends(monkeypatch, {name: row for name, row in BACKENDS.items() if name != "native"})
    abacus(why_not=lambda: "the abacus lies at home", about=lambda: "ten beads")
    assert fit().choice == "numpy (the abacus lies at home)"
    with pytest.raises(MissingLibraryError) as error:
        fit(engine="abacus")
    assert str(error.value) == "engine='abacus': the abacus lies at home; engine='auto' does without it"
    assert "\nabacus    the abacus lies at home\n" in glassnet("engines").out
    abacus(about=lambda: "ten beads")
    assert "\nabacus    ten beads\n" in glassnet("engines").out
    assert fit().engine == "abacus"
    abacus(covers=lambda run: False)
    assert fit().choice == "numpy (this run is not covered by the abacus engine)"


def test_one_that_cannot_be_loaded_gives_way(abacus):
    def fail(run):
        raise MissingLibraryError("a bead is missing")

    abacus(make_stepper=fail)
    assert fit().choice == "numpy (a bead is missing)"
    with pytest.raises(MissingLibraryError, match="a bead is missing"):
        fit(engine="abacus")


@pytest.mark.usefixtures("abacus")
def test_a_wrong_name_is_told_of_it():
    with pytest.raises(UnknownNameError, match=r"unknown engine 'abakus'.*'abacus'.*known: .*torch.*abacus"):
        fit(engine="abakus")
    with pytest.raises(SettingError, match=r"precision='bfloat16' needs engine='torch' or 'auto'; got engine='abacus'"):
        Settings(engine="abacus", precision="bfloat16")
    assert 'engine : {"auto", "numpy", ' in TRAINING["engine"].documented
    assert '"abacus"}' in TRAINING["engine"].documented


@pytest.mark.usefixtures("abacus")
def test_the_shell_shows_it(glassnet):
    table = glassnet("engines").out
    first, *rest = table[table.index("\nabacus ") + 1 :].splitlines()
    row = [first, *takewhile(lambda line: line.startswith(" "), rest)]  # its cells take several lines
    assert {"wood", "small", "numbers", "built", "in"} <= set(" ".join(row).split())


def test_blas_keeps_to_one_thread_where_the_steps_use_all_cores(abacus, monkeypatch):
    given = []
    inner = choice.loop.train
    monkeypatch.setattr(choice.loop, "train", lambda *run, **how: (given.append(how), inner(*run, **how))[1])
    fit(engine="abacus")
    abacus(uses_all_cores=True)
    fit(engine="abacus")
    monkeypatch.setattr(choice, "LONG_PRODUCT", 1)
    fit(engine="abacus")
    assert [how["one_blas_thread"] for how in given] == [False, True, False]
