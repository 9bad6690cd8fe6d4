"""A test never vanishes silently: what it lacks is on the list, and what can be installed may be demanded."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import needs

FILE = """
import unittest
import pytest
import needs

needs.NEEDS["cuda"] = needs.Need(lambda: False)

@pytest.mark.needs("cuda")
def test_marked(): pass

def test_asks(): needs.need("cuda")

def test_skips(): pytest.skip("no time for it")

def test_imports(): pytest.importorskip("no_such_library")

@pytest.mark.skipif(True, reason="some day")
def test_never(): pass

def test_theirs(): raise unittest.SkipTest("Narrow does not have a decision_function method.")

@pytest.mark.xfail(reason="known")
def test_expected_to_fail(): assert False

@pytest.mark.needs("a bowser")
def test_misspelt(): pass

def test_passes(): pass
"""


def run(tmp_path, text, **environment):
    """Run a file of tests with the plugin; return what pytest says."""
    (tmp_path / "test_some.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "needs", "-p", "no:cacheprovider", "-p", "no:xdist"]
    where = {"PYTHONPATH": str(Path(needs.__file__).parent), **environment}
    return subprocess.run(
        [*command, f"--rootdir={tmp_path}", f"--confcutdir={tmp_path}", "test_some.py"],
        cwd=tmp_path, env={**os.environ, **where}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.long
def test_only_known_reasons_skip(tmp_path):
    done = run(tmp_path, FILE)
    assert done.returncode == 1
    assert "needs cuda" in done.stdout
    for reason in ("no time for it", "could not import 'no_such_library'", "some day"):
        assert f"a reason that tests/needs.py lacks: {reason}" in done.stdout
    assert "KeyError: 'a bowser'" in done.stdout
    assert "2 failed, 1 passed, 3 skipped, 1 xfailed, 2 errors" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("how", ['importorskip("no_such_library")', 'skip("needs torch", allow_module_level=True)'])
def test_no_file_is_skipped_as_a_whole(tmp_path, how):
    done = run(tmp_path, f"import pytest\npytest.{how}\ndef test_some(): pass")
    assert done.returncode != 0
    assert "a file may not be skipped as a whole" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize(("demanded", "outcome"), [("", "2 skipped"), ("all", "1 failed, 1 skipped")])
def test_what_can_be_installed_may_be_demanded(tmp_path, demanded, outcome):
    text = """
import needs

def test_library(monkeypatch):
    monkeypatch.setattr(needs, "find_spec", lambda _: None)
    needs.need("torch")

def test_machine(monkeypatch):
    monkeypatch.setitem(needs.NEEDS, "cuda", needs.Need(lambda: False))
    needs.need("cuda")
"""
    done = run(tmp_path, text, GLASSNET_NEEDS=demanded)
    assert outcome in done.stdout
    assert done.returncode == (1 if demanded else 0)


def test_no_test_skips_by_another_way():
    """What another machine lacks is seen here already."""
    files = [path for path in Path(needs.__file__).parent.rglob("*.py") if path.stem not in ("needs", "test_needs")]
    other = re.compile(r"importorskip|mark\.skip|skipif|pytest\.skip|SkipTest\b")
    found = {path.name: other.findall(path.read_text("utf-8")) for path in files}
    assert {name for name, ways in found.items() if ways} == set()
