"""Whatever lies in the cache, a training by compiled code ends well, and with the same numbers."""

import os
import random
import shutil
from pathlib import Path

import pytest

from commands import run_python
from glassnet.backends.compiled import compiled_engine

pytestmark = [pytest.mark.needs("numba"), pytest.mark.needs("posix")]

TRAINING = """
import json
import numpy as np
from glassnet import Network
X = np.random.default_rng(0).normal(size=(3, 40))
net = Network([3, 4, 1], seed=1)
history = net.fit(X, (X[:1] > 0) * 1.0, iterations=5, engine="compiled")
print(json.dumps([history.engine, net.vector.tolist()]))
"""

SMALL = """
from numba import njit

kernel_at = 2


@njit(cache=True)
def steps(kernel, x):
    return kernel * x
"""


def train(folder):
    """Train in a process of its own, with its cache in a folder; return the engine and what was learned."""
    return run_python(TRAINING, GLASSNET_CACHE=str(folder))


def files_in(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


# ---------------------------------------------------------------- what can befall a file
def truncated(path, draw):
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))])


def flipped(path, draw):
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def foreign(path, draw):
    path.write_bytes(draw.choice([b"", b"\0" * 5000, b"not what you think\n", draw.randbytes(5000)]))


def swapped(path, draw):
    other = draw.choice([each for each in files_in(path.parents[1]) if each != path])
    path.write_bytes(other.read_bytes())


def lost(path, _draw):
    path.unlink()


def a_folder(path, _draw):
    path.unlink()
    path.mkdir()
    (path / "within").write_text("of someone")


def a_pipe(path, _draw):
    path.unlink()
    os.mkfifo(path) if hasattr(os, "mkfifo") else path.mkdir()


def a_loop(path, _draw):
    path.unlink()
    path.symlink_to(path)


DAMAGES = (truncated, flipped, foreign, swapped, lost, a_folder, a_pipe, a_loop)


@pytest.fixture(scope="module")
def compiled(cache_with_product):
    """Return a folder with all that a training needs, and what that training learned."""
    folder = cache_with_product("float32")
    return folder, train(folder)


def test_a_training_with_a_damaged_cache(compiled, tmp_path, tries, tally):
    folder, expected = compiled
    draw, number = random.Random(0), tries(1, 60)
    for i in range(number):
        copy = shutil.copytree(folder, tmp_path / str(i))
        files = files_in(copy)
        if number == 1:  # the machine code of the steps: it ended the process
            truncated(next(path for path in files if ".steps-" in path.name and path.suffix == ".nbc"), draw)
        else:
            DAMAGES[i % len(DAMAGES)](draw.choice(files), draw)
            assert train(copy) == expected
        assert train(copy) == expected  # and it heals, or is passed by
        shutil.rmtree(copy)
    tally("trainings with a damaged cache", tried=number, ended_otherwise=0)


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Return a function that calls a small compiled function as a process does that has just started."""
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled_engine.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    def call():
        """Return how many functions were fetched, and how many compiled."""
        compiled_engine._temporary.cache_clear()
        steps = compiled_engine.Steps(SMALL)
        assert steps(3) == 6
        stats = steps.function.func.stats
        return sum(stats.cache_hits.values()), sum(stats.cache_misses.values())

    yield call
    compiled_engine._temporary.cache_clear()


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_of_a_module(fresh, tmp_path, tries, tally, damage):
    """It is never loaded; in a sound folder it is made again, once."""
    cache, count = tmp_path / "cache", tries(2, 200)
    assert fresh() == (0, 1)
    assert fresh() == (1, 0)
    whole = {path: path.read_bytes() for path in files_in(cache)}
    assert len(whole) == 4  # source, index, code, checksums
    fetched = 0
    for seed in range(count):
        for path in whole:
            shutil.rmtree(cache)
            for each, content in whole.items():
                each.parent.mkdir(parents=True, exist_ok=True)
                each.write_bytes(content)
            damage(path, random.Random(seed))
            fetched += fresh()[0]
            if damage is not a_folder:
                assert fresh() == (1, 0) or damage in (a_pipe, a_loop)
            assert damage is a_folder or not list(tmp_path.rglob("*.part"))
    tally(f"damaged files of a compiled module, {damage.__name__}", tried=count * len(whole), crashed=0)
    assert fetched <= count * len(whole) // 4 + (damage is lost) * count  # but for the source, which is known


def test_where_numba_would_keep_it_is_no_matter(fresh, tmp_path, monkeypatch):
    """A folder that a user gives Numba is not one whose checksums are looked at."""
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path / "numba's"))
    assert [fresh(), fresh()] == [(0, 1), (1, 0)]
    assert not (tmp_path / "numba's").exists()


@pytest.mark.parametrize(
    "how", ["a file", "below a file", "its inner folder is a file", "a loop", "a pipe", "too long"]
)
def test_a_folder_that_is_none(fresh, tmp_path, monkeypatch, how):
    """A temporary folder takes its place; without one nothing is kept."""
    cache = tmp_path / "cache"
    if how == "its inner folder is a file":
        cache.mkdir()
        (cache / "__pycache__").write_text("")
    elif how in ("a loop", "a pipe"):
        cache.write_text("")
        (a_loop if how == "a loop" else a_pipe)(cache, None)
    elif how == "too long":
        monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / ("x" * 5000)))
    else:
        cache.write_text("")
        monkeypatch.setenv("GLASSNET_CACHE", str(cache / "below" if how == "below a file" else cache))
    assert fresh() == (0, 1)
    assert len(list((tmp_path / "temporary").glob("glassnet-*"))) == 1
    shutil.rmtree(tmp_path / "temporary")
    steps = compiled_engine.Steps(SMALL)
    compiled_engine._temporary.cache_clear()
    assert steps(3) == 6
    assert not steps.function.func.stats.cache_path


@pytest.mark.parametrize("name", ["_dump", "_save_index", "_save_data", "_load_index"])
def test_a_disk_that_is_full_while_it_is_kept(fresh, tmp_path, monkeypatch, name):
    """Whatever the library that keeps it meets, then or later, the code runs."""

    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"numba.core.caching.IndexDataCacheFile.{name}", full)
    fresh()
    monkeypatch.undo()
    assert not list(tmp_path.rglob("*.part"))
