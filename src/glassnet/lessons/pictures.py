"""The experiment about pictures as columns of numbers, and the reshape that mixes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, numbers
from glassnet.typing import Array


def unrolling(
    seeds: Sequence[int], height: int = 5, width: int = 4, samples: int = 6, way: str = "X.reshape(m, -1).T"
) -> Evidence:
    """Bring small pictures into columns as the code that trains does, and by two reshapes that look alike.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    height, width : int
        Of the pictures, in pixels of three colours.
    samples : int
        Pictures.
    way : {"X.reshape(m, -1).T", "X.reshape(-1, m)"}
        The reshape that is called right.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    from glassnet.tables import Pictures  # whose readers take time to load

    ways = {
        "X.reshape(m, -1).T": lambda X: X.reshape(len(X), -1).T,
        "X.reshape(-1, m)": lambda X: X.reshape(-1, len(X)),
    }
    n_x = height * width * 3
    different, mixed, lost = [], [], []
    for seed in seeds:
        images = _gradients(seed, samples, height, width)
        columns = Pictures(images).rows().T  # as `fit` brings them into X
        different.append(int((columns != ways[way](images)).sum()))
        owners = np.broadcast_to(np.arange(samples)[:, None, None, None], images.shape)  # whose number it is
        mixed.append(np.mean([len(np.unique(column)) > 1 for column in ways["X.reshape(-1, m)"](owners).T]))
        lost.append(int((columns.T.reshape(images.shape) != images).sum()))
    first = _gradients(seeds[0], samples, height, width)[0]
    column = Pictures(first[None]).rows()[0]
    rows = [(str(i + 1), f"row {p // width + 1}, column {p % width + 1}", ("red", "green", "blue")[c], int(column[i]))
            for i in (*range(4), n_x - 1) for p, c in [divmod(i, 3)]]  # fmt: skip
    shape, all_of = f"{height} x {width} x 3", f"({samples}, {height}, {width}, 3)"
    return Evidence(
        [
            Finding("numbers in a column", (float(len(column)),), n_x, n_x),
            Finding("numbers that differ between the columns that train and the reshape", numbers(different),
                    at_most=0),
            Finding("numbers lost when the columns become pictures again", numbers(lost), at_most=0),
            Finding("X.reshape(-1, m): share of columns that mix pictures", numbers(mixed), at_least=1),
        ],
        [Table(f"Where the numbers of a {shape} picture go", ("row of the column", "pixel", "colour", "value"), rows)],
        [Picture("unrolled", f"{shape}: {n_x} numbers, one column", {
            "picture": first, "column": column,
            "planes": ["the picture", "red", "green", "blue", f"its column, ({n_x}, 1)"],
        })],
        [f"X of shape {all_of} becomes ({n_x}, {samples}): X.reshape(m, -1).T. X.reshape(-1, m) has that shape too, "
         "but its columns are made of several pictures."],
        f"A picture of {shape} pixels becomes a column of {n_x} numbers and back without a loss; X.reshape(-1, m) "
        f"mixes pictures in {np.mean(mixed):.0%} of its columns.",
    )  # fmt: skip


def _gradients(seed: int, m: int, height: int, width: int) -> Array:
    """Return pictures (m, height, width, 3) whose colours change from one corner to the other."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(40, 250, (4, m, 1, 1, 3))
    down, along = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[:, None]
    above = corners[0] * (1 - along) + corners[1] * along
    below = corners[2] * (1 - along) + corners[3] * along
    pictures: Array = (above * (1 - down) + below * down).astype(np.uint8)
    return pictures


EXPERIMENTS = {
    "unrolling": Experiment(
        "A picture becomes a column",
        "A picture of 5 x 4 pixels in three colours is a column of 60 numbers; X.reshape(m, -1).T makes such columns, "
        "X.reshape(-1, m) mixes the pictures.",
        unrolling),
}  # fmt: skip
