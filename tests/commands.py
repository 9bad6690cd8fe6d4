"""How the tests run a command of the shell, in this process, and a program of Python, in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest


def run_python(text, *words, **environment):
    """Run a program in a process of its own, silent on stderr; return what it printed last, as JSON."""
    command, env = [sys.executable, "-c", text, *words], {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr[-3000:]}"
    assert done.stderr == ""
    return json.loads(done.stdout.splitlines()[-1])


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
