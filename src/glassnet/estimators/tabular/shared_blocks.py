"""Blocks of prepared rows for several processes: of those that share a disk the first writes them, the others wait.

Which of them share it is found by a small file of each: disks of machines may be one or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import randbits

from glassnet.tables.streaming.blocks import Blocks
from glassnet.training.reduction import Reduce, any_of, of_each, of_first

BEAT = 60.0  # seconds: a sum that waits longer than torch allows, half an hour, would end the training

Progress = Callable[[str, int], None]


def written_by_first(reduce: Reduce, folder: Path, write: Callable[[Progress | None], Blocks]) -> Blocks:
    """Return the blocks of this process, which none writes at the same time as another one beside it.

    Parameters
    ----------
    reduce : Reduce
        Of the processes, all of which call this.
    folder : Path
        Where the folders of blocks are.
    write : callable
        Writes the blocks that are missing and returns all; it calls what it is given now and then, with what it does.

    Returns
    -------
    Blocks
        After those of all processes were written.
    """
    if reduce.ranks == 1:
        return write(None)
    is_first = _first_beside(reduce, folder) == reduce.rank
    blocks: list[Blocks] = []
    for is_turn in (is_first, not is_first):
        turn = _Turn(reduce)
        if is_turn:
            blocks.append(write(turn.goes_on))
        turn.ends()
    return blocks[0]


def discard_when_all_are_done(reduce: Reduce, blocks: Blocks) -> None:
    """Remove blocks once every process is done with them; the first of those that share them does it."""
    if reduce.ranks == 1 or _first_beside(reduce, blocks.folder) == reduce.rank:
        blocks.discard()


class _Turn:
    """A time in which some processes work and the others wait, and all know of each other that they live."""

    def __init__(self, reduce: Reduce) -> None:
        self.reduce, self.last = reduce, time.monotonic()

    def goes_on(self, _what: str, _rows: int) -> None:
        """Let the others know, now and then, that this process still works."""
        if time.monotonic() - self.last > BEAT:
            any_of(self.reduce, True)
            self.last = time.monotonic()

    def ends(self) -> None:
        """Wait until no process works any more."""
        while any_of(self.reduce, False):
            pass


def _first_beside(reduce: Reduce, folder: Path) -> int:
    """Return the number of the first process that finds the same files in a folder."""
    name = f"asked-{of_first(reduce, randbits(52)):013x}-"  # only once all are here: one that is killed leaves it
    own = folder / f"{name}{reduce.rank}"
    with suppress(OSError):  # what is wrong with the folder, who writes blocks there says
        folder.mkdir(parents=True, exist_ok=True)
        own.touch()
    of_each(reduce, 0)
    seen = [rank for rank in range(reduce.rank) if (folder / f"{name}{rank}").exists()]
    of_each(reduce, 0)
    with suppress(OSError):
        own.unlink()
    return seen[0] if seen else reduce.rank
