"""How much memory a file may take, checked before it is read: a small one may unpack to a huge table."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from glassnet.errors import GlassnetError, SettingError, TooLargeError

VARIABLE = "GLASSNET_MEMORY"
SHARE = 0.75  # of the free memory
UNKNOWN = 8 * 10**9  # bytes, where the system does not report what is free
LEAST = 64 * 10**6  # bytes, below which no rows are streamed
COLUMN = 10_000  # bytes of a table's column besides its cells: Arrow's and its Python objects' own
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def limit() -> int:
    """Return how many bytes one file may take.

    Returns
    -------
    int
        What the environment variable GLASSNET_MEMORY sets, or three quarters of the free memory.

    Raises
    ------
    SettingError
        If GLASSNET_MEMORY holds no size such as 500MB or 8GB.
    """
    given = os.environ.get(VARIABLE, "").strip()
    return _size(given, VARIABLE) if given else int(SHARE * min(_free(), default=UNKNOWN))


def budget(given: int | str | None = None) -> int:
    """Return how many bytes work on rows that do not fit into memory may take.

    Parameters
    ----------
    given : int or str, optional
        Bytes, or a size such as "500MB" or "1GB".

    Returns
    -------
    int
        What is given, or a third of the free memory.

    Raises
    ------
    SettingError
        If it is no size, or less than 64 MB.
    """
    if given is None:
        return int(min(_free(), default=UNKNOWN) / 3)
    size = _size(str(given).strip(), "memory")
    if size < LEAST:
        raise SettingError(f"memory: expected at least {_in_words(LEAST)}, got {given!r:.80}")
    return size


def give_back() -> None:
    """Give what was freed back to the system: glibc keeps it between what is still in use."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # other libraries have none
        trim(0)


def _size(text: str, name: str) -> int:
    """Return a size in bytes."""
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]?)i?b?", text.lower())
    if match is None:
        raise SettingError(f"{name}: expected a size such as 500MB or 8GB; got {text!r:.80}")
    return int(float(match[1]) * UNITS[match[2]])


def check_room(needed: int, what: str, kind: type[GlassnetError] = TooLargeError) -> None:
    """Raise unless a file may take so much memory.

    Parameters
    ----------
    needed : int
        Bytes.
    what : str
        Beginning of the message: "sales.npz, array 'x'".
    kind : type of GlassnetError
        What is raised.

    Raises
    ------
    GlassnetError
        Of this type, if `needed` is more than the limit; the message says how to raise it.
    """
    most = limit()
    if needed > most:
        source = "set by" if os.environ.get(VARIABLE, "").strip() else "three quarters of what is free; see"
        raise kind(
            f"{what} would take {_in_words(needed)} of memory; the limit is {_in_words(most)}, {source} {VARIABLE}. "
            f"If the file is to be trusted, set {VARIABLE}={_in_words(needed * 1.05).replace(' ', '')}"
        )


def _in_words(n_bytes: float) -> str:
    unit = next((name for name in "TGMk" if n_bytes >= UNITS[name.lower()]), "")
    return f"{n_bytes / UNITS[unit.lower()]:.1f} {unit}B"


def _free() -> Iterator[int]:
    """Yield what each limit of the system leaves, in bytes."""
    found = _number("/proc/meminfo", "MemAvailable:")
    if found is not None:
        yield found * 1024
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for folder, most, used in (  # of a container: the files that it keeps in memory make room when asked
        ("/sys/fs/cgroup", "memory.max", "anon"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "total_rss"),
    ):
        allowed = _number(f"{folder}/{most}")
        if allowed is not None:
            yield max(allowed - (_number(f"{folder}/memory.stat", used) or 0), 0)
    address_space = _address_space()
    if address_space is not None:
        yield address_space


def _address_space() -> int | None:
    """Return what `ulimit -v` leaves; None where it sets no bound."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    used = _number("/proc/self/statm")
    return None if most == resource.RLIM_INFINITY or used is None else max(most - used * resource.getpagesize(), 0)


def _number(path: str, name: str = "") -> int | None:
    """Return the whole number that follows `name` at the start of a line of a file; None where there is none."""
    try:
        text = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    match = re.search(rf"^{re.escape(name)}\s*(\d+)", text, re.MULTILINE)
    return int(match[1]) if match else None
