"""What every test shares.

Hypothesis draws the same examples in every run, whatever the machine's speed. Long tests are spread over the run:
pytest-xdist cuts the list of tests into one piece per worker, so that none gets two of them in a row.
"""

import pytest
from hypothesis import settings

pytest_plugins = ["needs"]

settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    for i, item in enumerate(long):
        rest.insert(i * len(items) // len(long), item)
    items[:] = rest
