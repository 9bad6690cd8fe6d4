"""A damaged table is read as far as it makes sense, or refused in one sentence: text, Parquet, NumPy, HDF5.

They are tried in a process of their own, so that a library that crashes is counted, and named.
"""

import datetime
import gzip

import h5py
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from damage import tried_in_child

rng = np.random.default_rng(0)
M = 40
NUMBERS, WORDS = rng.normal(size=M).round(3), [("red", "green", "blue, dark", 'the "fourth"')[i % 4] for i in range(M)]
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(i % 28) for i in range(M)]
ROWS = [f"{x:.3f}{{0}}{word}{{0}}{day}\n" for x, word, day in zip(NUMBERS, (w[:3] for w in WORDS), DAYS, strict=True)]
FILES = {}


def file(name):
    """Put a writer of a file of this name among those that are damaged."""
    return lambda write: FILES.setdefault(name, write)


def text(separator=",", heading="size,colour,day"):
    return (heading.replace(",", separator) + "\n" + "".join(ROWS).format(separator)) if heading else "".join(ROWS)


@file("plain.csv")
def _(path):
    path.write_text(text())


@file("quotes.csv")
def _(path):
    cells = ['"' + word.replace('"', '""') + '"' for word in WORDS]
    rows = "".join(f'{x},{cell},"two\nlines"\n' for x, cell in zip(NUMBERS, cells, strict=True))
    path.write_text("size,colour,note\n" + rows)


@file("semicolons.csv")
def _(path):
    path.write_bytes(text(";", "größe,farbe,tag").replace(".", ",").encode("cp1252").replace(b"\n", b"\r\n"))


@file("utf-16.csv")
def _(path):
    path.write_bytes(text("\t").encode("utf-16"))


@file("byte-order-mark.tsv")
def _(path):
    path.write_bytes(text("\t").encode("utf-8-sig"))


@file("no-header.data")
def _(path):
    path.write_text("".join(f"{a} {b:g} {c:g}\n" for a, b, c in zip(range(M), NUMBERS, NUMBERS**2, strict=True)))


@file("zipped.csv.gz")
def _(path):
    path.write_bytes(gzip.compress(text().encode()))


TABLE = pa.table({
    "size": NUMBERS, "colour": WORDS, "day": DAYS, "count": pa.array(range(M), pa.int32()),
    "kind": pa.array(WORDS).dictionary_encode(), "yes": [i % 2 == 0 for i in range(M)],
    "at": pa.array([None, *range(1, M)], pa.timestamp("ms")), "few": pa.array([None, b"a"] * (M // 2)),
})  # fmt: skip


@file("plain.parquet")
def _(path):
    noted = TABLE.replace_schema_metadata({"pandas": '{"index_columns": [], "columns": [{"name": "size"}]}'})
    parquet.write_table(noted, path, compression="none")


@file("packed.parquet")
def _(path):
    parquet.write_table(TABLE, path, compression="zstd", row_group_size=16, data_page_version="2.0", version="2.6")


@file("lists.parquet")
def _(path):
    parquet.write_table(pa.table({"x": [[1, 2], None, []] * 9, "s": [["a", "b"]] * 27}), path, write_page_checksum=True)


@file("delta.pq")
def _(path):
    parquet.write_table(
        pa.table({"a": WORDS, "n": range(M)}),
        path,
        use_dictionary=False,
        column_encoding={"a": "DELTA_BYTE_ARRAY", "n": "DELTA_BINARY_PACKED"},
    )


ARRAYS = {"x": rng.integers(0, 256, (M, 5, 4, 3), dtype=np.uint8), "y": np.arange(M) % 3}
WIDE = {"x_train": rng.normal(size=(M, 4)), "y_train": np.array(WORDS), "x_test": rng.normal(size=(3, 4)), "scale": 1.5}


@file("pictures.npz")
def _(path):
    np.savez(path, **ARRAYS)


@file("packed.npz")
def _(path):
    np.savez_compressed(path, **WIDE)


@file("numbers.npy")
def _(path):
    np.save(path, WIDE["x_train"])


@file("pictures.h5")
def _(path):
    with h5py.File(path, "w") as hdf:
        for name, array in ARRAYS.items():
            hdf[name] = array
        hdf["list_classes"] = np.array([b"no", b"yes"])


@file("packed.hdf5")
def _(path):
    with h5py.File(path, "w", libver="latest") as hdf:
        hdf.create_dataset("train/x", data=WIDE["x_train"], chunks=(8, 4), compression="gzip", fletcher32=True)
        hdf.create_dataset("train/y", data=np.array(WORDS, object), dtype=h5py.string_dtype(), chunks=True)


def test_damaged_tables(tmp_path, tries, tally):
    jobs = []
    for name, write in FILES.items():
        source = tmp_path / "whole" / name
        source.parent.mkdir(exist_ok=True)
        write(source)
        jobs.append((source, tmp_path / name, tmp_path / name))
    for name, counts in tried_in_child(jobs, tries(20, 1000)).items():
        tally(f"damaged {name}", **counts, tracebacks=0, hangs=0)
        assert counts["crashes"] == 0, name
