"""Prepared rows on disk: kept over kills at any moment, never taken for those of other rows, whole or refused."""

import os
import signal
import subprocess
import sys
import textwrap
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import glassnet
from glassnet.errors import FileError
from glassnet.tables.streaming import scanned, write_blocks
from glassnet.tables.streaming.stored import read_arrays, write_arrays

ROWS = 30_000
KILLED = """
    import os, pkgutil, signal, sys
    from unittest.mock import patch
    import numpy as np
    import glassnet
    from glassnet.tables.streaming import scanned, write_blocks

    folder, cache, moment, where = sys.argv[1:]
    left = [int(moment)]

    def dying(function):
        def counted(*args, **settings):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **settings)
        return counted

    with patch("glassnet.tables.streaming.writing.ROWS", 4000):
        scan = scanned(glassnet.dataset(folder, "y", cache=cache), {"validation": 0.2})
        with patch(where, dying(pkgutil.resolve_name(where))):
            write_blocks(scan, lambda y: y[:, np.newaxis] == "yes")
"""


def table_of(m, seed=0):
    rng = np.random.default_rng(seed)
    words = np.array([f"w{chr(97 + k)}" for k in range(26)])[rng.integers(0, 26, (m, 4))]
    return pa.table({
        "a": rng.standard_normal(m), "w": [f"v{k}" for k in rng.integers(0, 90, m)], "t": list(map(" ".join, words)),
        "y": rng.choice(["yes", "no"], m),
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for k in range(3):
        pq.write_table(table_of(ROWS // 3, k), folder / f"{k}.parquet", row_group_size=2500)
    return folder


def prepared(folder, cache, seed=0):
    with patch("glassnet.tables.streaming.writing.ROWS", 4000):
        scan = scanned(glassnet.dataset(folder, "y", cache=cache), {"validation": 0.2}, seed=seed)
        return write_blocks(scan, lambda y: y[:, np.newaxis] == "yes")


def contents(blocks):
    return {path.name: path.read_bytes() for path in blocks.folder.iterdir()}


@pytest.fixture(scope="module")
def unbroken(folder, tmp_path_factory):
    return contents(prepared(folder, tmp_path_factory.mktemp("unbroken")))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("where", ["glassnet.files.os.fsync", "glassnet.tables.streaming.writing.write_arrays"])
@pytest.mark.parametrize("moment", [1, 3, 5])
def test_a_killed_run_is_continued(folder, tmp_path, unbroken, where, moment):
    program = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(tmp_path), str(moment), where]
    assert subprocess.run(program, check=False).returncode == -signal.SIGKILL
    blocks = prepared(folder, tmp_path)
    assert blocks.resumed == {"write_arrays": moment - 1, "fsync": moment // 2}[where.rpartition(".")[2]]
    assert contents(blocks) == unbroken


def test_finished_blocks_are_not_written_again(folder, tmp_path):
    first = prepared(folder, tmp_path)
    with patch("glassnet.tables.streaming.writing.write_arrays", side_effect=AssertionError):
        again = prepared(folder, tmp_path)
    assert again.folder == first.folder
    assert again.preparation == first.preparation
    assert again.fingerprint == first.fingerprint
    blocks = prepared(folder, tmp_path, seed=1)
    assert blocks.folder != first.folder  # rows are dealt otherwise
    blocks.discard()
    assert not blocks.folder.exists()
    assert first.folder.exists()


def test_another_content_has_other_blocks(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(table_of(100), path)
    first = prepared(path, tmp_path / "cache")
    pq.write_table(table_of(100, seed=1), path)
    assert prepared(path, tmp_path / "cache").folder != first.folder


def test_a_block_that_is_not_whole_is_refused(folder, tmp_path):
    blocks = prepared(folder, tmp_path)
    path = blocks.training.parts[0].path
    data = path.read_bytes()
    for damaged in (data[:-64], data[:20], b"", b"\xff" * 100):
        path.write_bytes(damaged)
        with pytest.raises(FileError, match=r"expected|not a whole file"):
            blocks.training.parts[0].X()


def test_a_part_that_changes_between_the_passes(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(table_of(100), path)
    scan = scanned(glassnet.dataset(path, "y", cache=tmp_path / "cache"))
    pq.write_table(table_of(100).drop_columns(["a"]), path)
    with pytest.raises(FileError, match="can no longer be read as before"):
        write_blocks(scan, lambda y: y[:, np.newaxis] == "yes")


def test_blocks_of_one_kind(folder, tmp_path):
    blocks = prepared(folder, tmp_path)
    layouts = {
        tuple((type(block), block.width, *(part.dtype for part in block.arrays)) for block in part.X().blocks)
        for part in blocks.training.parts
    }
    assert len(layouts) == 1  # so that blocks can be put together
    assert len(blocks.training.parts) > 3
    first = blocks.training.parts[0]
    assert first.X().shape == (blocks.training.n_features, first.n_rows)
    assert first.Y().shape == (1, first.n_rows)
    assert first.weights() is None


def test_arrays_come_back(tmp_path):
    arrays = [np.arange(7, dtype=np.int8), np.zeros((0, 3), np.float32), np.ones((4, 5)), np.array([True, False])]
    write_arrays(tmp_path / "a", arrays, {"x": [1, "y"]})
    found, about = read_arrays(tmp_path / "a")
    assert about == {"x": [1, "y"]}
    for one, other in zip(arrays, found, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
