"""A random number for each row that follows from its position: the same whenever and in whichever order rows are read.

The position is the part (its name) and the row in it. The numbers deal rows to training, validation and test, say which
are in a sample, and which fold of target means they belong to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from glassnet.errors import SettingError
from glassnet.typing import AnyArray

TRAINING = "training"
STEP, FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
DEAL, FOLD = np.uint64(0xD1B54A32D192ED03), np.uint64(0x8CB92BA72F3D8DD7)  # what a number is for


def position_hashes(key: str, start: int, m: int, seed: int = 0) -> AnyArray:
    """Return a random number for each of m rows of a part, from a row on.

    Parameters
    ----------
    key : str
        Of the part.
    start, m : int
        First row, and how many.
    seed : int
        Another one gives other numbers.

    Returns
    -------
    array of uint64 (m,)
        Source of the mixing: splitmix64, Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195.
    """
    base = int.from_bytes(hashlib.blake2b(f"{seed} {key}".encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return mixed(np.arange(start, start + m, dtype=np.uint64) * STEP + np.uint64(base))


def mixed(z: AnyArray) -> AnyArray:
    """Return whole numbers of 64 bits, each bit of which depends on all bits of the given ones."""
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


def text_hashes(texts: list[str | None], seed: int = 0) -> AnyArray:
    """Return a random number for each text: the same for equal ones."""
    coded = (f"{seed} {text}".encode("utf-8", "surrogatepass") for text in texts)
    drawn = [int.from_bytes(hashlib.blake2b(each, digest_size=8).digest()) for each in coded]
    return np.array(drawn, np.uint64)


def checked_shares(shares: Mapping[str, float]) -> dict[str, float]:
    """Return the shares of rows that do not train; SettingError unless some rows are left to train on."""
    if not all(0 <= share < 1 for share in shares.values()) or sum(shares.values()) >= 1:
        words = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise SettingError(f"expected shares from 0 to below 1, together below 1; got {words}")
    return dict(shares)


def dealt(hashes: AnyArray, shares: Mapping[str, float]) -> AnyArray:
    """Return which part each row belongs to: 0 for training, k for the k-th of the shares."""
    ends = np.cumsum(list(shares.values()))
    where = np.searchsorted(ends, (mixed(hashes ^ DEAL) >> np.uint64(11)) / 2**53, side="right")
    return (where + 1) % (len(ends) + 1)


def fold_of(hashes: AnyArray, folds: int) -> AnyArray:
    """Return the fold of each row."""
    return (mixed(hashes ^ FOLD) % np.uint64(folds)).astype(np.int64)
