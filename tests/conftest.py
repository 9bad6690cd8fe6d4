"""What every test shares.

Hypothesis draws the same examples in every run, whatever the machine's speed. Long tests are spread over the run:
pytest-xdist cuts the list of tests into one piece per worker, so that none gets two of them in a row. With --quick, as
in `make check`, each test runs once, with its first parameters.
"""

import pytest
from hypothesis import settings

pytest_plugins = ["needs"]

settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="each test once, and none that is long or needs much")


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
