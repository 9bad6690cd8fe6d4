"""Solutions with some words replaced, graded in this process."""

import copy
import re
import signal
import sys
import warnings
from pathlib import Path

import pytest

from glassnet.lessons.grader import child, classes, grade, grading, loading, standins

PLOTS = r"^(import|from) (matplotlib|sklearn|h5py|scipy(?!\.special)|PIL|pandas)\b.*$"  # slow, and they keep state
STOOD_IN = "from outputs import plt, sklearn, h5py, scipy, ndimage, Image, pd"
SOLUTIONS = Path(__file__).with_name("solutions")


@pytest.fixture
def here(monkeypatch):
    """Run the file in this process, which saves the start of another; test_runner.py starts it."""

    def run(path, text, jobs, seconds):
        jobs = copy.deepcopy(jobs)  # as the pipe to the process does
        text = re.sub(PLOTS, STOOD_IN, text, flags=re.MULTILINE)
        order = child.Order(str(path), text, jobs, seconds)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module, faults = loading.load(text, path, 1.0)
            answers = [child.answer(module, job, order) for job in jobs]
        return child.Loaded(child._functions(module), faults), answers

    monkeypatch.setattr(grading, "run", run)
    monkeypatch.setattr(classes, "run", run)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setitem(sys.modules, "learner", None)
    before = set(sys.modules)
    earlier = signal.signal(signal.SIGALRM, loading.time_is_up)
    standins.install()
    yield
    signal.signal(signal.SIGALRM, earlier)
    for name in set(sys.modules) - before:
        if standins.COURSE.fullmatch(name):
            del sys.modules[name]


@pytest.fixture
def planted(tmp_path, here):
    """Return a function that grades a solution with some words replaced, and gives the grade and the text."""

    def plant(solution, *edits):
        text = (SOLUTIONS / f"{solution}.py").read_text("utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "my_network.py"
        path.write_text(text, "utf-8")
        return grade(path), text

    return plant
