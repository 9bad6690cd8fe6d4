"""The examples in the docstrings are run, and answer what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

import glassnet

ROOT = Path(glassnet.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(("glassnet", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report, runner = [], doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for examples in doctest.DocTestFinder().find(importlib.import_module(module)):
        runner.run(examples, out=report.append)
    assert runner.tries
    assert not runner.failures, "".join(report)


def test_there_are_examples():
    assert {"glassnet.equations", "glassnet.network"} <= set(WITH_EXAMPLES)
