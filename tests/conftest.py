"""What every test shares.

What is compiled in a run lies in one folder, for all its processes: the matrix product alone takes seven seconds.

Hypothesis draws the same examples in every run, whatever the machine's speed. Long tests are spread over the run:
pytest-xdist cuts the list of tests into one piece per worker, so that none gets two of them in a row. With --quick, as
in `make check`, each test runs once, with its first parameters.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["needs"]

settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="each test once, and none that is long or needs much")


def pytest_configure(config):
    if "GLASSNET_CACHE" not in os.environ:  # else the caller, or the process that started this worker, has set it
        folder = os.environ["GLASSNET_CACHE"] = tempfile.mkdtemp(prefix="glassnet-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop("GLASSNET_CACHE", None))


@pytest.fixture(scope="session")
def cache_with_product(tmp_path_factory):
    """Return a function that makes a new folder for compiled code, in which only the matrix product is."""
    from glassnet.engines import compiled_engine

    def make():
        folder = tmp_path_factory.mktemp("compiled")
        for dtype in ("float64", "float32"):
            compiled_engine.kernel_of(dtype)
            name = compiled_engine.name_of(compiled_engine.KERNEL.format(dtype=dtype))
            for path in Path(os.environ["GLASSNET_CACHE"]).rglob(f"{name}*"):
                if path.suffix != ".part":
                    there = folder / path.relative_to(os.environ["GLASSNET_CACHE"])
                    there.parent.mkdir(exist_ok=True)
                    shutil.copy2(path, there)
        return folder

    return make


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
