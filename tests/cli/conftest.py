"""How the tests type a command."""

import sys
from dataclasses import dataclass

import pytest

from glassnet.cli import main


@dataclass
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def glassnet(monkeypatch, capsys):
    """Return a function that runs `glassnet WORDS` in this process, as the shell would."""

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
def table(tmp_path, monkeypatch):
    """Return a small CSV file in the current folder: two numbers, a colour, and a label that depends on them."""
    monkeypatch.chdir(tmp_path)
    lines = ["size,weight,colour,label"]
    for i in range(60):
        size, colour = i % 12, ("red", "green", "blue")[i % 3]
        lines.append(f"{size},{(i * 7) % 10},{colour},{'big' if size + (colour == 'red') > 6 else 'small'}")
    path = tmp_path / "things.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
