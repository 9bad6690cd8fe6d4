"""What a model file keeps of the file that it was trained on, and what is known of it later."""

from __future__ import annotations

import zlib
from pathlib import Path

from glassnet.estimators.tabular.source import Source
from glassnet.tables import Dataset
from glassnet.tables.choices import ColumnChoices
from glassnet.workflows.parts import TEST_SHARE

BLOCK = 1 << 20


def source_of(
    dataset: Dataset, path: str | Path, choices: ColumnChoices, test: float | None, seed: int | None
) -> Source:
    """Return what a model file keeps of the file that the model is trained on.

    Parameters
    ----------
    dataset : Dataset
        What was read.
    path : path
        The file or folder.
    choices : ColumnChoices
        Resolved.
    test : float or None
        Share of the rows that are kept for the test, as it was given.
    seed : int or None
        That chose them.

    Returns
    -------
    Source
        Without a share where the test rows are not chosen from these rows.
    """
    share = TEST_SHARE if test is None else test
    return Source(
        dict(dataset.reading), tuple(choices.id), choices.group,
        None if dataset.test is not None and test is None else share, seed, checksum(path), len(dataset),
    )  # fmt: skip


def checksum(path: str | Path) -> tuple[int, int] | None:
    """Return size and CRC-32 of a file; None of what is no file."""
    path = Path(path)
    if not path.is_file():
        return None
    size = crc = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            size, crc = size + len(block), zlib.crc32(block, crc)
    return size, crc
