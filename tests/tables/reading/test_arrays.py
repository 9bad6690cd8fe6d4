"""HDF5, NumPy and Parquet files: features, target and test part are found by name."""

import sys

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from glassnet.errors import DataError, FileError, MissingLibraryError, UnknownNameError
from glassnet.tables import Pictures, read

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 4, 5, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 1, 0, 1, 0])


def hdf5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_hdf5_pictures_and_labels(tmp_path):
    path = hdf5(
        tmp_path / "train_cat.h5", train_set_x=IMAGES, train_set_y=LABELS, list_classes=np.array([b"no", b"cat"])
    )
    data = read(path)
    assert isinstance(data.X, Pictures)
    np.testing.assert_array_equal(data.X.images, IMAGES)
    assert data.y.tolist() == ["no", "cat", "cat", "no", "cat", "no"]
    assert data.class_names == ("no", "cat")
    assert (data.target, data.test) == ("train_set_y", None)
    assert "n_x = 4 x 5 x 3 = 60" in data.notes[0]


@pytest.mark.parametrize(
    "name", ["classes", "list_classes", "class_names", "label-names", "target_names", "categories"]
)
def test_names_of_classes_are_the_labels_of_all_parts(tmp_path, name):
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:2], "y_test": LABELS[:2]}
    data = read(npz(tmp_path / "n.npz", **arrays, **{name: np.array(["no", "cat"])}))
    assert set(data.y) == {"no", "cat"}
    assert (data.test.y.tolist(), data.test.class_names) == (["no", "cat"], ("no", "cat"))


@pytest.mark.parametrize("names", [["no"], ["no", "no"], [0, 1]], ids=str)
def test_what_does_not_name_every_class_is_no_name(tmp_path, names):
    data = read(npz(tmp_path / "n.npz", x=IMAGES, y=LABELS, classes=np.array(names)))
    np.testing.assert_array_equal(data.y, LABELS)
    assert data.class_names == ()


def test_a_file_of_test_arrays_is_the_dataset_itself(tmp_path):
    data = read(hdf5(tmp_path / "t.h5", test_set_x=IMAGES, test_set_y=LABELS))
    assert len(data) == 6
    assert data.target == "test_set_y"
    assert data.test is None


def test_numpy_file_with_a_test_part(tmp_path):
    grey = IMAGES[..., 0]
    data = read(npz(tmp_path / "m.npz", X_train=grey, y_train=LABELS, X_test=grey[:2], y_test=LABELS[:2]))
    assert data.X.images.shape == (6, 4, 5, 1)
    assert data.test.X.images.shape == (2, 4, 5, 1)
    np.testing.assert_array_equal(data.test.y, LABELS[:2])


def test_arrays_in_groups(tmp_path):
    with h5py.File(tmp_path / "g.hdf5", "w") as file:
        for part in ("train", "test"):
            file[f"{part}/images"], file[f"{part}/labels"] = IMAGES, LABELS
    data = read(tmp_path / "g.hdf5")
    assert data.target == "train/labels"
    assert data.test.target == "test/labels"


def test_matrix_becomes_a_table(tmp_path):
    data = read(npz(tmp_path / "a.npz", x=np.arange(6.0).reshape(3, 2), y=np.array(["a", "b", "a"])))
    assert data.X.to_pydict() == {"x0": [0, 2, 4], "x1": [1, 3, 5]}
    assert data.y.tolist() == ["a", "b", "a"]


def test_single_array(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((3, 2)))
    assert read(tmp_path / "a.npy").X.shape == (3, 2)


def test_channels_first_and_other_orders(tmp_path):
    data = read(npz(tmp_path / "a.npz", x=IMAGES.transpose(0, 3, 1, 2), y=LABELS), order="planes")
    np.testing.assert_array_equal(data.X.images, IMAGES)
    assert data.X.order == "planes"
    assert "channels stood before" in data.notes[0]


def test_pictures_of_floats_become_columns(tmp_path):
    data = read(npz(tmp_path / "a.npz", x=IMAGES / 255.0, y=LABELS))
    assert data.X.shape == (6, 60)
    assert "60 columns of numbers" in data.notes[0]


@pytest.mark.parametrize("shape", [(6, 1), (1, 6)])
def test_target_as_a_column_or_row(tmp_path, shape):
    assert read(npz(tmp_path / "a.npz", x=IMAGES, y=LABELS.reshape(shape))).y.shape == (6,)


def test_target_by_name(tmp_path):
    path = npz(tmp_path / "a.npz", x=IMAGES, y=LABELS, age=np.arange(6.0))
    assert read(path, "age").y.tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(UnknownNameError, match=r"a.npz 'agge' \(did you mean 'age'\?\)"):
        read(path, "agge")
    assert read(path, "agge", require_target=False).X.images.shape == (6, 4, 5, 3)


def test_no_target(tmp_path):
    assert read(npz(tmp_path / "a.npz", x=IMAGES)).y is None


def test_features_not_found(tmp_path):
    with pytest.raises(DataError, match=r"a.npz: expected one array of features.*found none; arrays: y \(6,\)"):
        read(npz(tmp_path / "a.npz", y=LABELS))
    with pytest.raises(DataError, match=r"found 2; arrays: x \(6, 4, 5, 3\), images"):
        read(npz(tmp_path / "a.npz", x=IMAGES, images=IMAGES))


def test_missing_label(tmp_path):
    with pytest.raises(DataError, match=r"a.npz, array 'y', row 2: nan"):
        read(npz(tmp_path / "a.npz", x=IMAGES, y=np.array([0, np.nan, 1, 0, 1, 1])))


def test_pickles_are_refused(tmp_path):
    with pytest.raises(DataError, match="pickled Python objects, which are never read"):
        read(npz(tmp_path / "a.npz", x=np.array([[{}, 1]], dtype=object)))


@pytest.mark.parametrize(
    ("name", "kind"), [("a.npz", "NumPy"), ("a.npy", "NumPy"), ("a.h5", "HDF5"), ("a.pq", "Parquet")]
)
def test_broken_files(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises((FileError, DataError), match=rf"{name} (is not a whole {kind} file|holds pickled)"):
        read(tmp_path / name)


def test_without_h5py(tmp_path, monkeypatch):
    path = hdf5(tmp_path / "a.h5", x=IMAGES)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingLibraryError, match=r"reading a.h5 needs h5py: pip install \"h5py>="):
        read(path)


def test_parquet(tmp_path):
    parquet.write_table(pa.table({"a": [1, None, 3], "y": ["u", "v", "u"]}), tmp_path / "a.parquet")
    data = read(tmp_path / "a.parquet", "y")
    assert data.X.to_pydict() == {"a": [1, None, 3]}
    assert data.y.tolist() == ["u", "v", "u"]
    parquet.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b.parquet holds no rows"):
        read(tmp_path / "b.parquet")


# ---------------------------------------------------------------- HDF5 that leads to other files
def external_numbers(file, other):
    file.create_dataset("x", (2, 4), "u1", external=[(str(other), 0, 8)])


def external_link(file, other):
    file["group/x"] = h5py.ExternalLink(str(other), "/x")


def virtual(file, other):
    layout = h5py.VirtualLayout((2, 2), "f8")
    layout[:] = h5py.VirtualSource(str(other), "x", (2, 2))
    file.create_virtual_dataset("x", layout)


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (external_numbers, "'x' has its numbers in another file, '/.*"),
        (external_link, "'group/x' is a link into another file, '/.*"),
        (virtual, r"'x' is virtual, put together from other files, \['/.*"),
    ],
)
def test_hdf5_never_reads_another_file(tmp_path, write, told):  # a long path is cut
    secret = hdf5(tmp_path / "secret.h5", x=np.ones((2, 2)))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["y"] = np.arange(2)
        write(file, secret)
    with pytest.raises(DataError, match=rf"a.h5: {told}; other files are never read"):
        read(tmp_path / "a.h5")


def test_a_link_within_an_hdf5_file_is_no_array_of_its_own(tmp_path):
    path = hdf5(tmp_path / "a.h5", x=np.ones((2, 2)), y=np.arange(2))
    with h5py.File(path, "a") as file:
        file["again/x"], file["nowhere/x"] = h5py.SoftLink("/x"), h5py.SoftLink("/z")
    assert read(path).X.shape == (2, 2)


@pytest.mark.parametrize("how", [{}, {"chunks": (2,)}, {"chunks": (2,), "compression": "gzip"}], ids=str)
@pytest.mark.parametrize("begins", [0, 512], ids=["", "after a user block"])
def test_hdf5_text_of_any_length(tmp_path, how, begins):
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=begins) as file:
        file["x"] = np.ones((3, 2))
        file.create_dataset("y", data=np.array(["no", "maybe", "yes"], dtype=object), dtype=h5py.string_dtype(), **how)
    assert read(tmp_path / "a.h5").y.tolist() == ["no", "maybe", "yes"]


def test_hdf5_text_that_claims_to_be_longer_than_the_file(tmp_path):
    path = hdf5(tmp_path / "a.h5", x=np.ones((3, 2)), y=np.array(["no", "maybe", "yes"], dtype=object))
    with h5py.File(path) as file:
        start = file["y"].id.get_offset()
    whole = path.read_bytes()
    path.write_bytes(whole[:start] + b"\xff\xff\xff\x7f" + whole[start + 4 :])
    with pytest.raises(FileError, match="array 'y' is not whole: it points to text longer than the file"):
        read(path)


def test_hdf5_of_lists_and_odd_arrays_beside(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (2, 2), h5py.vlen_dtype(np.int32))
    with pytest.raises(DataError, match="array 'x': expected numbers or text, got object: lists, references"):
        read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.ones((2, 2), [("a", "f8"), ("b", "i4")])
    with pytest.raises(DataError, match=r"array 'x': expected numbers or text, got .*'a', '<f8'"):
        read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["x"] = np.ones((2, 2))
        file.create_dataset("#refs", (1,), h5py.ref_dtype)
    assert len(read(tmp_path / "b.h5")) == 2


# ---------------------------------------------------------------- arrays without numbers
@pytest.mark.parametrize("shape", [(3, 0), (3, 0, 4, 3), (0, 2), (10**12, 0)])
def test_features_without_numbers(tmp_path, shape):
    np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    with pytest.raises(DataError, match="has no samples, or none with numbers"):
        read(tmp_path / "a.npy")


def test_a_single_number_beside_a_single_sample(tmp_path):
    assert read(npz(tmp_path / "a.npz", x=np.ones((1, 2)), y=np.array(3))).y is None


def test_labels_that_are_no_text(tmp_path):
    with pytest.raises(DataError, match=r"array 'y': b'\\xff' is no UTF-8 text"):
        read(npz(tmp_path / "a.npz", x=np.ones((1, 2)), y=np.array([b"\xff"])))


# ---------------------------------------------------------------- what pandas notes in Parquet
@pytest.mark.parametrize(
    "note",
    [b"", b"{", b"[]", b"null", b"1", b"\xff", b"{}", b'{"index_columns": null}', b'{"index_columns": {"a": 1}}',
     b'{"index_columns": [1, null, {}, "none"]}', b"[" * 10**5],
)  # fmt: skip
def test_a_broken_note_of_pandas_is_passed_over(tmp_path, note):
    table = pa.table({"a": [1, 2], "b": [3, 4]}, metadata={b"pandas": note})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").X.to_pydict() == {"a": [1, 2], "b": [3, 4]}


def test_an_index_that_is_named_twice_is_left_out_once(tmp_path):
    table = pa.table({"a": [1, 2], "b": [3, 4]}, metadata={b"pandas": b'{"index_columns": ["a", "a"]}'})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").X.column_names == ["b"]


def test_text_and_categories_come_out_of_parquet_as_they_went_in(tmp_path):
    text = pa.array(["u", None, "v", "u", "ü"])
    table = pa.table({
        "text": text, "large": text.cast(pa.large_string()), "bytes": text.cast(pa.binary()), "category":
        text.dictionary_encode(), "a.b": text, "empty": pa.nulls(5, pa.string()), "number": [1, 2, 3, 4, None],
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    X = read(tmp_path / "a.parquet").X
    assert X.to_pydict() == {**table.to_pydict(), "bytes": text.to_pylist()}
    kept = {"bytes": pa.large_string(), "empty": pa.null()}
    assert X.schema.types == [kept.get(field.name, field.type) for field in table.schema]
