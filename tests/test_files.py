"""Files: whole or not there, and only where a file can be; on every kind of thing a path may lead to.

A killed writer's temporary file is removed by the next writer; a living writer's stays.
"""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet import TabularClassifier, load, read
from glassnet.errors import FileError
from glassnet.files import check_writable, clear_parts, existing_file, remove, write_beside

UNIX = pytest.mark.needs("posix")
NOT_FILES = ("pipe", "device", "socket", "folder", "loop", "dangling", "too long", "in a file", "NUL", "empty")


def make(kind, folder, suffix):
    """Return a path, as text, that leads to no file."""
    path = folder / f"thing{suffix}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        there = Path.cwd()
        os.chdir(folder)  # a socket's name is short
        with socket.socket(socket.AF_UNIX) as open_socket:
            open_socket.bind(path.name)
        os.chdir(there)
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "dangling":
        path.symlink_to(folder / "none" / "there")
    elif kind == "in a file":
        (folder / "plain").write_text("")
        path = folder / "plain" / path.name
    return {"too long": str(folder / ("a" * 300 + suffix)), "NUL": f"{path}\0", "empty": ""}.get(kind, str(path))


@UNIX
@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".h5", ".npz", ".png", ".csv.gz", ".glassnet"])
def test_what_is_no_file_is_refused_when_read(kind, suffix, tmp_path):
    path = make(kind, tmp_path, suffix)
    if kind != "folder" or suffix == ".glassnet":
        with pytest.raises(FileError) as caught:
            (load if suffix == ".glassnet" else read)(path)
        assert kind not in ("pipe", "device", "socket") or f"this is a {kind}" in str(caught.value)
        assert str(caught.value).isprintable()
    with pytest.raises(FileError):
        existing_file(path, "a file")


@UNIX
@pytest.mark.parametrize("kind", NOT_FILES)
def test_what_is_no_file_is_refused_when_written(kind, tmp_path):
    path = make(kind, tmp_path, ".glassnet")
    with pytest.raises(FileError):
        check_writable(path)
    with pytest.raises(FileError):
        write_beside(path, b"new")
    assert kind in ("too long", "NUL", "empty") or not Path(path).is_file()


@UNIX
def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "deep" / "model.glassnet", tmp_path / "latest.glassnet"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_beside(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert [path.name for path in real.parent.iterdir()] == ["model.glassnet"]


def test_a_name_as_long_as_a_name_may_be(tmp_path):
    path = tmp_path / ("ä" * 122 + ".glassnet")
    write_beside(path, b"new")
    assert path.read_bytes() == b"new"


@UNIX
def test_the_folder_is_synced_after_the_rename(tmp_path, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(handle):
        synced.append(("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file", (tmp_path / "new").exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_beside(tmp_path / "new", b"new")
    assert synced == [("file", False), ("folder", True)]


@UNIX
def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path, monkeypatch):
    real = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(22, "Invalid argument")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_beside(tmp_path / "new", b"new")
    assert (tmp_path / "new").read_bytes() == b"new"


def test_an_estimator_is_not_saved_where_no_file_can_be(tmp_path):
    model = TabularClassifier(hidden=[], epochs=1, random_state=0).fit([[0.0], [1.0]] * 10, ["a", "b"] * 10)
    with pytest.raises(FileError, match="empty"):
        model.save("")
    with pytest.raises(FileError, match="folder"):
        model.save(tmp_path)


# ---------------------------------------------------------------- temporary files of killed writers
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


@UNIX
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
