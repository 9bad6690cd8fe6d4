"""The demonstration: a table and pictures that scikit-learn ships, through the same commands a user types."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import typer

from glassnet.cli.terminal import say
from glassnet.errors import FileError
from glassnet.files import write_beside
from glassnet.texts import told

Run = Callable[[Sequence[str]], Any]


def run_demo(folder: Path | None, seed: int, run: Run) -> None:
    """Write the data into `folder`, or into a temporary one, and there hand each command's words to `run`."""
    if folder is not None:
        if folder.exists() and not folder.is_dir():
            raise FileError(f"{folder}: expected a folder, or the name of one to make; this is a file")
        folder.mkdir(parents=True, exist_ok=True)
        with chdir(folder):
            _show(seed, run)
        return
    with tempfile.TemporaryDirectory(prefix="glassnet-demo-") as temporary, chdir(temporary):
        _show(seed, run)


def _show(seed: int, run: Run) -> None:
    write_breast_cancer(Path("breast-cancer.csv"))
    write_digits(Path("digits.npz"))
    _say("1. A table: is a breast tumour benign or malignant? 569 patients, 30 measurements of cell nuclei.")
    _command(run, f"train breast-cancer.csv --target diagnosis --seed {seed}")
    _say("Look inside: every array with its shape, its formula and how its numbers are distributed, for one patient.")
    _command(run, "inspect breast-cancer.glassnet breast-cancer.csv --row 14")
    _say("Predict with the saved model.")
    _command(run, "predict breast-cancer.glassnet breast-cancer.csv --probabilities --out predictions.csv")
    _say("\n".join(Path("predictions.csv").read_text(encoding="utf-8").splitlines()[:4]))
    _say("2. Pictures: 1797 handwritten digits of 8 x 8 pixels.")
    _command(run, f"train digits.npz --hidden 128 --epochs 40 --seed {seed}")
    _say("The dimension table of this network, and how it does on all digits after loading.")
    _command(run, "inspect digits.glassnet")
    _command(run, "evaluate digits.glassnet digits.npz")


def write_breast_cancer(path: Path) -> None:
    """Write the table as a CSV file with a header."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    names = [name.replace(" ", "_") for name in data.feature_names]
    lines = [",".join([*names, "diagnosis"])]
    for row, label in zip(data.data, data.target, strict=True):
        lines.append(",".join([*map(repr, row.tolist()), str(data.target_names[label])]))
    write_beside(path, ("\n".join(lines) + "\n").encode())


def write_digits(path: Path) -> None:
    """Write the pictures as a NumPy file with arrays x and y."""
    from sklearn.datasets import load_digits

    data = load_digits()
    np.savez(path, x=np.round(data.images * (255 / 16)).astype(np.uint8), y=data.target)


def _say(text: str) -> None:
    say(f"\n{told(text)}")


def _command(run: Run, line: str) -> None:
    _say(f"$ glassnet {line}")
    if code := run(shlex.split(line)):  # such as 130, when interrupted
        raise typer.Exit(code)
