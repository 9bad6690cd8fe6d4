"""A table for the commands."""

import pytest


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
