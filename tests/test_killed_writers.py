"""Temporary files: a killed writer's is removed by the next one, a living writer's stays."""

import subprocess
import sys

import pytest

from glassnet.files import clear_parts, remove, write_beside

posix = pytest.mark.needs("posix")  # which locks files while they are written

WRITER = """
import os, sys, time
from glassnet import files
held = os.fsync
def wait(handle):
    print("writing", flush=True)
    sys.stdin.read()
os.fsync = wait
files.write_beside(sys.argv[1], b"new")
"""


def parts(folder):
    return [entry.name for entry in folder.iterdir() if entry.suffix == ".part"]


@posix
def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / "net.glassnet"
    path.write_bytes(b"old")
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"writing\n"
        clear_parts(path)
        assert len(parts(tmp_path)) == 1  # its writer lives
        write_beside(tmp_path / "other.glassnet", b"other")
        child.kill()
    assert len(parts(tmp_path)) == 1
    assert path.read_bytes() == b"old"
    write_beside(tmp_path / "net", b"of another name")
    assert len(parts(tmp_path)) == 1
    write_beside(path, b"new")
    assert not parts(tmp_path)
    assert path.read_bytes() == b"new"


def test_removing_takes_the_leftovers_along(tmp_path):
    path = tmp_path / "net.glassnet.checkpoint"
    (tmp_path / f".{path.name}.abcd1234.part").write_bytes(b"half")
    (tmp_path / f".{path.name}.more.abcd1234.part").write_bytes(b"of another file")
    path.write_bytes(b"whole")
    remove(path)
    remove(path)
    assert [entry.name for entry in tmp_path.iterdir()] == [f".{path.name}.more.abcd1234.part"]
