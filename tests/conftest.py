"""What every test shares.

What glassnet keeps between processes, such as what `glassnet engines --measure` finds, lies in a folder of the tests'
own: nobody's figures change what is chosen here. What is printed is English, whatever the system's language; a test of
another language says so.

Hypothesis draws the same examples in every run, whatever the machine's speed. Long tests are spread over the run:
pytest-xdist cuts the list of tests into one piece per worker, so that none gets two of them in a row. With --quick, as
in `make check`, each test runs once, with its first parameters.
"""

import itertools
import os
import shutil
import signal
import sys
import tempfile
from types import SimpleNamespace

import pytest
from hypothesis import settings

pytest_plugins = ["needs", "commands"]

settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="each test once, and none that is long or needs much")


def pytest_configure(config):
    os.environ["GLASSNET_LANG"] = "en"
    if "GLASSNET_CACHE" not in os.environ:  # else the caller, or the process that started this worker, has set it
        folder = tempfile.mkdtemp(prefix="glassnet-tests-")
        os.environ["GLASSNET_CACHE"] = folder
        config.add_cleanup(lambda: os.environ.pop("GLASSNET_CACHE", None))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    """Close what a test has drawn: pyplot keeps all figures, also those of tests before, and warns of too many."""
    yield
    if helpers := sys.modules.get("matplotlib._pylab_helpers"):  # what pyplot's `close` asks, loaded or not
        helpers.Gcf.destroy_all()


@pytest.fixture
def path(tmp_path):
    """Return where a model file may be written."""
    return tmp_path / "net.glassnet"


@pytest.fixture
def clock(monkeypatch):
    """Let a second pass whenever a checkpoint looks at the time."""
    from glassnet.training import checkpoint

    monkeypatch.setattr(checkpoint, "time", SimpleNamespace(monotonic=itertools.count().__next__))


@pytest.fixture
def ctrl_c():
    """Let Ctrl-C raise KeyboardInterrupt, also where the tests run in the background and are deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_make_parametrize_id(val, argname):
    """Name bytes by their argument: those of an archive hold the second in which they were packed, and workers that
    name a test differently run none.
    """
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if config.getoption("--quick"):
        quick = first_of_each(items)
        config.hook.pytest_deselected(items=list(set(items) - set(quick)))
        items[:] = quick
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    for i, item in enumerate(long):
        rest.insert(i * len(items) // len(long), item)
    items[:] = rest


def first_of_each(items):
    """Return each test with its first parameters, but no long one, no fault that may be tried again and again, and none
    that needs what not every machine has.
    """
    first = {}
    for item in items:
        marked = item.get_closest_marker("long") or item.get_closest_marker("needs")
        if not marked and "tries" not in item.fixturenames:
            first.setdefault(item.nodeid.partition("[")[0], item)
    return list(first.values())
