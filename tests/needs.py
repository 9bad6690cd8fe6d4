"""What a test may lack and so be skipped for: one list. A skip for any other reason fails.

A test says ``@pytest.mark.needs("torch")``, or calls ``need("torch")`` where it comes to that. With GLASSNET_NEEDS=all,
as in .ci/run, what can be installed has to be there: then its lack is a failure too.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from threadpoolctl import threadpool_info

ALL = os.environ.get("GLASSNET_NEEDS") == "all"


class Need(NamedTuple):
    """Something that not every machine has."""

    is_there: Callable[[], bool]
    installed: bool = False  # it can be installed, so where all is asked for it has to be there


def library(name):
    """Return the need of a library that is not on every machine."""
    return Need(lambda: find_spec(name) is not None, installed=True)


def hold_backends(monkeypatch, rows):
    """Let the backends be these for a test; afterwards they are what they were, in their order."""
    from glassnet.backends.registry import BACKENDS

    for name in reversed(list(BACKENDS)):  # they come back from the last one left out to the first
        monkeypatch.delitem(BACKENDS, name)
    for name, row in rows.items():
        monkeypatch.setitem(BACKENDS, name, row)


def engines(*left_out):
    """Return the names of the backends as parameters of a test, each with what it needs."""
    from glassnet.backends.registry import BACKENDS

    needed = {name: [each for each in row.libraries if each in NEEDS] for name, row in BACKENDS.items()}
    needed["native"] = ["the native library"]
    return [
        pytest.param(name, marks=[pytest.mark.needs(each) for each in needed[name]])
        for name in BACKENDS
        if name not in left_out
    ]


def browser():
    """Return the path of Chromium or its sibling, None without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def tsc():
    """Return the path of TypeScript's compiler, beside this Python or on the path, None without one."""
    return shutil.which("tsc", path=Path(sys.prefix) / "node_modules" / ".bin") or shutil.which("tsc")


def postgresql():
    """Return the folder of PostgreSQL's programs as Debian installs them, None without one."""
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)


def cuda():
    """Tell whether torch finds a graphics processor."""
    return find_spec("torch") is not None and import_module("torch").cuda.is_available()


def another_user():
    """Tell whether this process may become another user, who is able to run the same Python."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    words = [sys.executable, "-c", "import glassnet"]
    try:
        return not subprocess.run(words, user=54321, check=False, capture_output=True).returncode
    except OSError:  # Python lies in a folder of root's own
        return False


def native():
    """Tell whether the native library can be used."""
    return import_module("glassnet.backends.native.library").available()


NEEDS = {
    "torch": library("torch"),
    "shap": library("shap"),  # which not every Python has
    "onnx": library("onnx"),
    "onnxruntime": library("onnxruntime"),  # which not every Python has
    "schemathesis": library("schemathesis"),
    "starlette": library("starlette"),
    "uvicorn": library("uvicorn"),
    "prometheus_client": library("prometheus_client"),
    "playwright": library("playwright"),
    "anywidget": library("anywidget"),
    "axe_playwright_python": library("axe_playwright_python"),
    "optuna": library("optuna"),
    "tensorboard": library("tensorboard"),
    "mlflow": library("mlflow"),
    "psycopg": library("psycopg"),
    "PostgreSQL": Need(lambda: os.name == "posix" and postgresql() is not None, installed=True),
    "scikit-learn's tests": Need(lambda: find_spec("sklearn.neural_network.tests") is not None, installed=True),
    "the native library": Need(native, installed=True),
    "a library that is not sanitized": Need(lambda: os.environ.get("GLASSNET_NATIVE") != "sanitize"),
    "a C compiler": Need(lambda: os.name == "posix" and shutil.which("cc") is not None),
    "a browser": Need(lambda: browser() is not None, installed=True),
    "TypeScript": Need(lambda: tsc() is not None),
    "Chinese letters": Need(lambda: import_module("glassnet.plots.words").chinese_font() is not None),
    "make": Need(lambda: os.name == "posix" and shutil.which("make") is not None),  # and bash, which Windows lacks
    "data": Need(lambda: True, installed=True),  # shared.py asks for each file
    "cuda": Need(cuda),
    "no cuda": Need(lambda: not cuda()),
    "posix": Need(lambda: os.name == "posix"),
    "fork": Need(lambda: hasattr(os, "fork")),
    "linux": Need(lambda: sys.platform == "linux"),
    "no root": Need(lambda: not hasattr(os, "geteuid") or os.geteuid() != 0),
    "another user": Need(another_user),
    "small disks": Need(lambda: False),  # asked for where one could not be made
    "two cores": Need(lambda: (os.cpu_count() or 1) > 1),
    "two BLAS threads": Need(lambda: any(p["num_threads"] > 1 for p in threadpool_info() if p["user_api"] == "blas")),
    "long doubles": Need(lambda: np.finfo(np.longdouble).nmant >= 63),
}
ELSEWHERE = (  # what scikit-learn's own checks skip for
    r"SCIPY_ARRAY_API is not set",
    r"\w+ does not have a decision_function method",
)


def need(name, what=""):
    """Skip the test unless there is what it needs; `what` says more, such as the file that is missing."""
    if not NEEDS[name].is_there():
        lacks(name, what)


def lacks(name, what=""):
    """Skip the test for what it lacks, or fail it where that had to be installed."""
    reason = f"needs {name}" + (f": {what}" if what else "")
    if ALL and NEEDS[name].installed:
        pytest.fail(f"{reason}, which GLASSNET_NEEDS=all demands", pytrace=False)
    pytest.skip(reason)


def is_known(reason):
    """Tell whether a test may be skipped for this reason."""
    named = re.match(r"needs ([^:]*)(: |$)", reason)
    return (named is not None and named[1] in NEEDS) or any(re.match(pattern, reason) for pattern in ELSEWHERE)


# ---------------------------------------------------------------- hooks of pytest
def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*names): skip where one of these is missing; tests/needs.py lists them")


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            need(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not is_known(reason):
            report.outcome, report.longrepr = "failed", f"skipped for a reason that tests/needs.py lacks: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Refuse that a file is skipped as a whole: nobody would see how many tests it holds."""
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", f"a file may not be skipped as a whole: {report.longrepr[2]}"
    return report
