"""How the tests run a command of the shell: in this process, which has the libraries loaded."""

import sys
from dataclasses import dataclass

import pytest


@dataclass
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def glassnet(monkeypatch, capsys):
    """Return a function that runs `glassnet WORDS` in this process, as the shell would."""

    from glassnet.cli import main

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["glassnet", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ending:
            code = ending.code or 0
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return command


@pytest.fixture
def two_epochs(monkeypatch):
    """Let a table's model train for two epochs where no number is named: the command is what is tested."""
    from glassnet.estimators.tabular.recipes import Recipe

    monkeypatch.setattr(Recipe, "epochs_for", lambda *_: 2)
