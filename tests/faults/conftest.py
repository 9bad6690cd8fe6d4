"""How often each fault is tried, and what came of it.

`make test` tries a few of each; `make faults` (GLASSNET_FAULTS=many) tries many, and prints the counts.
"""

import os

import pytest

MANY = os.environ.get("GLASSNET_FAULTS") == "many"


@pytest.fixture
def tries():
    """Return how often to try: `tries(few, many)` is `few` in `make test`, `many` in `make faults`."""
    return lambda few, many: many if MANY else few


@pytest.fixture
def tally(record_property):
    """Note what was tried and what came of it: `tally("kills during training", tried=200, models_lost=0)`."""
    return lambda what, **counts: record_property("fault", {what: counts})


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    rows = [
        (what, counts)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, noted in getattr(report, "user_properties", [])
        if name == "fault"
        for what, counts in noted.items()
    ]
    if rows and MANY:
        terminalreporter.section("faults tried")
        for what, counts in rows:
            told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
            terminalreporter.write_line(f"{what}: {told}")
