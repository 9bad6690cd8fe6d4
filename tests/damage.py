"""What tests of damaged files share: how bytes and documents are damaged, and what may come of reading them."""

import copy
import faulthandler
import json
import os
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from glassnet.errors import GlassnetError

SECONDS = 60  # after which a file hangs
EDGE = 300  # bytes at both ends of a file, where most formats keep what they say of themselves


def _place(whole, rng):
    """Draw a position, half of the time near one of the ends."""
    at = int(rng.integers(len(whole)))
    near = int(rng.integers(min(EDGE, len(whole))))
    return (at, near, len(whole) - 1 - near, at)[int(rng.integers(4))]


def cut(whole, rng):
    return whole[: _place(whole, rng)]


def without_head(whole, rng):
    return whole[_place(whole, rng) :]


def bits(whole, rng):
    damaged = bytearray(whole)
    for _ in range(int(rng.integers(1, 9))):
        damaged[_place(whole, rng)] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def extreme_bytes(whole, rng):
    damaged = bytearray(whole)
    for _ in range(int(rng.integers(1, 5))):
        at, n = _place(whole, rng), int(rng.choice([1, 2, 4, 8]))
        damaged[at : at + n] = rng.choice([b"\0", b"\xff", b"\x7f", b"\x80"]) * n
    return bytes(damaged)


def noise(whole, rng):
    at, n = _place(whole, rng), int(rng.integers(1, 65))
    return whole[:at] + rng.bytes(n) + whole[at + n :]


def put_in(whole, rng):
    at = _place(whole, rng)
    return whole[:at] + rng.bytes(int(rng.integers(1, 65))) + whole[at:]


def left_out(whole, rng):
    at = _place(whole, rng)
    return whole[:at] + whole[at + int(rng.integers(1, 65)) :]


def twice(whole, rng):
    start, to = _place(whole, rng), _place(whole, rng)
    return whole[:to] + whole[start : start + int(rng.integers(1, 513))] + whole[to:]


def exchanged(whole, rng):
    a, b = sorted((_place(whole, rng), _place(whole, rng)))
    n = max(1, min(int(rng.integers(1, 257)), b - a))
    return whole[:a] + whole[b : b + n] + whole[a + n : b] + whole[a : a + n] + whole[b + n :]


WAYS = (cut, without_head, bits, bits, extreme_bytes, extreme_bytes, noise, put_in, left_out, twice, exchanged)


def damaged(whole, seed):
    """Return the bytes of a file, damaged in one to three ways that the seed draws."""
    rng = np.random.default_rng(seed)
    for _ in range((1, 1, 1, 2, 3)[int(rng.integers(5))]):
        whole = WAYS[int(rng.integers(len(WAYS)))](whole, rng) or b"\0"
    return whole


# ---------------------------------------------------------------- documents
def nested(n):
    inner = []
    for _ in range(n):
        inner = [inner]
    return inner


WRONG = (
    None, True, False, -1, 0, 1, 2, 0.5, -0.5, 2**31, 2**63, -(2**63), 10**400, 1e308, -1e308, 5e-324, "", "a", "0",
    "\x1b[31m\n", "a" * 10_000, [], {}, [[]], [None], [True], [0], [1, 1], ["a", "a"], [0.5], [1e308], {"a": 1},
    {"name": "adam"}, nested(40), nested(500), [0] * 10_000,
)  # fmt: skip
FROM = {dict: dict.items, list: enumerate}


def places(document, path=()):
    """Yield the path to every value of a document, the document itself left out; of long lists only three."""
    if isinstance(document, dict | list):
        for key, value in FROM[type(document)](document):
            if isinstance(document, dict) or key in (0, 1, len(document) - 1):
                yield (*path, key)
                yield from places(value, (*path, key))


def changes(document):
    """Yield (path, kind of change, value) for all that can be done to a document at one place."""
    for path in places(document):
        yield path, "left out", None
        for value in WRONG:
            yield path, "replaced", value
    for path in [(), *places(document)]:
        yield path, "added", None


def changed(document, path, how, value):
    """Return the document with that change."""
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    if how == "left out":
        del place[path[-1]]
    elif how == "replaced":
        place[path[-1]] = value
    else:
        inside = place[path[-1]] if path else document
        if isinstance(inside, list) and inside:
            inside.append(copy.deepcopy(inside[0]))
        elif isinstance(inside, dict):
            inside["more"] = 1
    return document


# ---------------------------------------------------------------- what may come of it
def outcome(use, what):
    """Return "read" or "refused"; a raw error, or a message that is long or of several lines, is a failure.

    Parameters
    ----------
    use : callable
        What reads the file.
    what : str
        The file and how it was damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            use()
    except GlassnetError as error:
        told = str(error)
        assert 0 < len(told) <= 500, f"{what}: {len(told)} characters: {told[:1000]}"
        assert len(told.splitlines()) == 1, f"{what}: {told}"
        return "refused"
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return "read"


@contextmanager
def no_hang():
    """End the process, with a traceback, where what is inside takes a minute."""
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


# ---------------------------------------------------------------- in a process of its own: a library may crash
COUNTS = {"tried": 0, "refused": 0, "read": 0, "crashes": 0}


def read_damaged(source, place, what, first, n, note):
    """Damage a file once for each seed from `first` on, read what is made of it, and return the counts.

    Parameters
    ----------
    source, place : Path
        The whole file, and where the damaged one is put.
    what : Path
        What is read: the damaged file, or the folder it lies in.
    first, n : int
        The seeds.
    note : callable
        Takes each seed before it is tried, and the counts so far.
    """
    from glassnet import read
    from glassnet.tables import fit_preparation

    def use():
        data = read(what, size=4)
        assert len(data) > 0
        fit_preparation(data.X).transform(data.X)

    whole, counts = source.read_bytes(), dict(COUNTS)
    for seed in range(first, n):
        note(seed, counts)
        place.write_bytes(damaged(whole, seed))
        with no_hang():
            counts[outcome(use, f"{source.name}, seed {seed}")] += 1
        counts["tried"] += 1
    return counts


def peak_memory():
    """Return the largest number of bytes that this program ever held; 0 where the system does not tell.

    On Linux `getrusage` counts what the process held before it became this program, too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text().split("VmHWM:")[1].split()[0])
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def tried_in_child(jobs, n):
    """Damage and read each file n times, in one process as long as no library crashes; return the counts by file.

    Parameters
    ----------
    jobs : list of (source, place, what)
        As `read_damaged` takes them.
    n : int
        Seeds for each.
    """
    total = {source.name: dict(COUNTS) for source, _, _ in jobs}
    todo, notes = [[*map(str, job), 0] for job in jobs], jobs[0][0].with_suffix(".notes")
    while todo:
        done = subprocess.run(
            [sys.executable, __file__, json.dumps(todo), str(n), str(notes)],
            env={**os.environ, "GLASSNET_MEMORY": "300MB"},
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode < 0:  # a signal: a library crashed, and the rest goes on in another process
            seed, counts = json.loads(notes.read_text())
            counts["crashes"] += 1
            counts["tried"] += 1
            lines.append([counts, 0])
            print(f"crash: {todo[len(lines) - 1][0]}, seed {seed}")
        else:
            assert done.returncode == 0, done.stderr[-3000:]
        for (source, *_), (counts, peak) in zip(todo, lines, strict=False):
            assert peak < 1.2e9, f"{source}: {peak / 1e9:.1f} GB"
            for name, count in counts.items():
                total[Path(source).name][name] += count
        rest = todo[len(lines) :]
        todo = [[*todo[len(lines) - 1][:3], seed + 1], *rest] if done.returncode < 0 else rest
    return total


def main(jobs, n, notes):
    """Do the jobs; print the counts of each, and the peak of the memory."""
    for source, place, what, first in json.loads(jobs):
        counts = read_damaged(
            Path(source), Path(place), Path(what), first, int(n),
            lambda seed, counts: Path(notes).write_text(json.dumps([seed, counts])),
        )  # fmt: skip
        print(json.dumps([counts, peak_memory()]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
