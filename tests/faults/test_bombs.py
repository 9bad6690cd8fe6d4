"""Small files that would unpack to huge tables are refused before memory is taken; the message says how to go on."""

import gzip
import json
import os
import platform
import re
import struct
import subprocess
import sys
import textwrap
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from glassnet import Network, memory
from glassnet.errors import DataError, SettingError
from glassnet.memory import check_room, limit
from glassnet.tables import read

BOMBS = {}  # file's name -> what writes it there


def bomb(name):
    """Put a writer of a file of this name among the bombs."""
    return lambda write: BOMBS.setdefault(name, write)


# ---------------------------------------------------------------- text
@bomb("zeros.csv.gz")
def _(path):
    path.write_bytes(gzip.compress(b"1,2\n" * 2_500_000, 1) * 20)


@bomb("hole.csv")
def _(path):
    path.write_bytes(b"a,b\n1,2\n")
    os.truncate(path, 2 * 10**8)


@bomb("commas.csv")
def _(path):
    path.write_bytes(b"," * 10**6 + b"\n" + b"," * 10**6 + b"\n")


# ---------------------------------------------------------------- arrays
@bomb("zeros.npz")
def _(path):
    np.savez_compressed(path, x=np.zeros((5 * 10**6, 2)), y=np.zeros(5 * 10**6))


@bomb("wide.npz")
def _(path):
    np.savez_compressed(path, x=np.zeros((2, 10**6), bool))


@bomb("hole.npy")
def _(path):
    np.save(path, np.zeros((1, 2)))
    head = path.read_bytes()[:128].replace(b"(1, 2), }" + b" " * 9, b"(10000000, 5), }  ")
    path.write_bytes(head)
    os.truncate(path, 128 + 4 * 10**8)


@bomb("never-written.h5")
def _(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (10**7, 5), "f8", chunks=(1000, 5), compression="gzip")


@bomb("large-chunk.h5")
def _(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (10, 5), "f8", chunks=(10**7, 5), maxshape=(None, 5), compression="gzip")


def test_a_block_that_grows_beyond_its_numbers_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_MEMORY", "20MB")
    for rows in (5, 500):
        with h5py.File(tmp_path / "a.h5", "w") as file:
            x = file.create_dataset("x", (rows, 100), "f8", chunks=(rows, 100), compression="gzip", fletcher32=True)
            x[:] = 1
            x.id.write_direct_chunk((0, 0), zlib.compress(bytes(10**8), 1) + bytes(4))
        with pytest.raises(OSError, match=f"array 'x' is not whole: a block grows to more than its {rows * 800} bytes"):
            read(tmp_path / "a.h5")


# ---------------------------------------------------------------- Parquet
def _parquet(path, column, times, **how):
    table = pa.table({"a": column})
    with parquet.ParquetWriter(path, table.schema, **how) as writer:
        for _ in range(times):
            writer.write_table(table)


@bomb("equal-numbers.parquet")
def _(path):
    _parquet(path, pa.array(np.zeros(10**6)), 25)


@bomb("missing.parquet")
def _(path):
    _parquet(path, pa.nulls(10**7, pa.int64()), 3)


@bomb("equal-texts.parquet")
def _(path):
    _parquet(path, pa.array(["a" * 100_000] * 500), 4)


@bomb("nearly-equal-texts.parquet")
def _(path):
    _parquet(
        path,
        pa.array(["a" * 100_000 + str(i) for i in range(500)]),
        4,
        use_dictionary=False,
        column_encoding={"a": "DELTA_BYTE_ARRAY"},
    )


@bomb("lists-of-equal-texts.parquet")
def _(path):
    _parquet(path, pa.array([["a" * 100_000] * 10] * 50), 4)


# ---------------------------------------------------------------- pictures
@bomb("white.png")
def _(path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")
    )


@bomb("grey.pgm")
def _(path):
    path.write_bytes(b"P5 60000 60000 255\n" + b"\0" * 1000)


@bomb("screen.gif")
def _(path):
    path.write_bytes(b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0x80, 0, 0) + b"\0" * 6 + b",;" + b"\0" * 20)


@bomb("black.bmp")
def _(path):
    from PIL import Image

    Image.new("L", (1, 1)).save(path)
    whole = bytearray(path.read_bytes())
    whole[18:26] = struct.pack("<ii", 60_000, 60_000)
    path.write_bytes(whole)


@bomb("strip.tif")
def _(path):
    from PIL import Image

    Image.new("RGB", (300, 300)).save(path, compression="tiff_deflate")
    whole = path.read_bytes()
    for side in (256, 257):  # width and height, as short or long numbers
        whole = re.sub(
            struct.pack("<H", side) + b"[\3\4]\0\1\0{3}....", struct.pack("<HHII", side, 4, 1, 60_000), whole
        )
    path.write_bytes(whole)


# ---------------------------------------------------------------- models
@bomb("hole.glassnet")
def _(path):
    Network([2, 1], seed=0).save(path)
    whole = path.read_bytes()
    n = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8 : 8 + n])
    document = json.loads(header["__metadata__"]["glassnet"])
    document["architecture"]["sizes"] = [10**8 // 2, 1]
    header["__metadata__"]["glassnet"] = json.dumps(document, sort_keys=True)
    header["W[1]"].update(shape=[1, 10**8 // 2], data_offsets=[0, 2 * 10**8])
    header["b[1]"].update(data_offsets=[2 * 10**8, 2 * 10**8 + 4])
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    os.truncate(path, 8 + len(text) + 2 * 10**8 + 4)


CHILD = """
import json, sys
import glassnet, glassnet.estimators, pyarrow.compute, pyarrow.csv, pyarrow.parquet, PIL.Image
try:
    import h5py
except ImportError:
    pass
from glassnet import GlassnetError
PIL.Image.init()
sys.path.insert(0, sys.argv[1])
from damage import peak_memory
for path in sys.argv[2:]:
    before = peak_memory()
    try:
        (glassnet.load if path.endswith(".glassnet") else glassnet.read)(path)
        told = "it was read"
    except GlassnetError as error:
        told = str(error)
    except BaseException as error:
        told = "raw: " + repr(error)
    print(json.dumps([path, told, (peak_memory() - before) // 1_000_000]), flush=True)
"""


def test_bombs_are_refused_before_memory_is_taken(tmp_path, tally):
    for name, write in BOMBS.items():
        write(tmp_path / name)
    paths = sorted(map(str, tmp_path.iterdir()), key=lambda path: path.endswith(".gz"))  # which may take a fourth
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(Path(__file__).parents[1]), *paths],
        env={**os.environ, "GLASSNET_MEMORY": "50MB"},
        capture_output=True,
        text=True,
        check=False,
    )
    came = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(came) == len(BOMBS), child.stderr
    tally("decompression bombs", tried=len(came), read=sum(told == "it was read" for _, told, _ in came))
    for path, told, grew in came:
        assert "the limit is 50.0 MB, set by GLASSNET_MEMORY. If the file is to be trusted, set" in told, (path, told)
        assert len(told) <= 500
        assert "\n" not in told
        assert grew < 80, (path, grew)


def test_the_advice_works(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((10**5, 2)))
    monkeypatch.setenv("GLASSNET_MEMORY", "2MB")
    with pytest.raises(DataError) as caught:
        read(tmp_path / "a.npz")
    name, size = str(caught.value).rsplit(" ", 1)[1].split("=")
    monkeypatch.setenv(name, size)
    assert len(read(tmp_path / "a.npz")) == 10**5


def test_the_limit_is_three_quarters_of_what_is_free(monkeypatch):
    monkeypatch.delenv("GLASSNET_MEMORY", raising=False)
    check_room(10**6, "a.csv")
    with pytest.raises(DataError, match=r"would take 1000.0 TB of memory; .*, three quarters of what is free; see"):
        check_room(10**15, "a.csv")


def test_the_limit_knows_what_ulimit_leaves(monkeypatch):
    monkeypatch.delenv("GLASSNET_MEMORY", raising=False)
    assert memory._address_space() is None or memory._address_space() >= 0
    monkeypatch.setattr(memory, "_address_space", lambda: 10**6)
    assert limit() == 750_000


@pytest.mark.parametrize(
    ("text", "size"), [("8GB", 8e9), ("500mb", 5e8), ("1.5 GB", 1.5e9), ("2GiB", 2e9), ("100", 100), ("1k", 1000)]
)
def test_sizes(monkeypatch, text, size):
    monkeypatch.setenv("GLASSNET_MEMORY", text)
    assert limit() == size


@pytest.mark.parametrize("text", ["much", "-1GB", "8 gigabytes", "1e9", "GB", "nan"])
def test_what_is_no_size_is_refused(monkeypatch, text):
    monkeypatch.setenv("GLASSNET_MEMORY", text)
    with pytest.raises(SettingError, match="GLASSNET_MEMORY: expected a size such as 500MB or 8GB; got"):
        limit()


# ---------------------------------------------------------------- files that lie about themselves, and other packings
def npy_head(kind):
    """Return the head of an array of 10**12 rows."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': (1000000000000, 2), }}"
    return b"\x93NUMPY\x01\x00\x76\x00" + text.ljust(117).encode() + b"\n"


def test_an_array_whose_head_promises_more_than_is_there_is_refused(tmp_path):
    head = npy_head("<f8")
    for path in (tmp_path / "a.npy", tmp_path / "a.npz"):
        path.write_bytes(head + b"\0" * 80)
        if path.suffix == ".npz":
            (tmp_path / "x.npy").write_bytes(path.read_bytes())
            with zipfile.ZipFile(path, "w") as archive:
                archive.write(tmp_path / "x.npy", "x.npy")
        with pytest.raises(OSError, match=r"is not whole: fewer numbers than its shape \(1000000000000, 2\) says"):
            read(path)


def test_cells_of_no_width_are_refused(tmp_path):
    (tmp_path / "a.npy").write_bytes(npy_head("<U0"))
    with pytest.raises(DataError, match="cells of no width"):
        read(tmp_path / "a.npy")


def test_other_packings_than_numpys_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_LZMA) as archive, archive.open("x.npy", "w") as member:
        np.save(member, np.zeros((3, 2)))
    with pytest.raises(OSError, match="array 'x' is not plain or deflated, as NumPy saves arrays"):
        read(tmp_path / "a.npz")


@pytest.mark.needs("linux")
@pytest.mark.needs("a library that is not sanitized")
def test_what_was_freed_is_given_back():
    code = """
        from pathlib import Path
        from glassnet.memory import give_back

        def resident():
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

        blocks = [bytes(4000) for _ in range(50_000)]
        kept = blocks[::1000]  # among which the others were
        del blocks
        before = resident()
        give_back()
        print(before - resident())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, check=True, text=True)
    assert int(done.stdout) > 100_000_000 or platform.libc_ver()[0] != "glibc"
