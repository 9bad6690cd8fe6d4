"""The model file: what was saved comes back bit by bit, a damaged file is always refused, an old file is never lost."""

import errno
import json
import os
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as safetensors

from glassnet import Network, load, model_file
from glassnet.errors import DataError, FileError, ModelFileError, SettingError, WrongTypeError
from shared import CASES

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(3, 20)), rng.integers(0, 2, (1, 20))


def trained(**options):
    net = Network([3, 4, 1], ["leaky_relu(0.2)", "sigmoid"], **{"seed": 1, **options})
    net.fit(X, Y, iterations=3, optimizer="adam")
    return net


@pytest.fixture
def saved(path):
    """Write one trained network; return its path."""
    trained().save(path)
    return path


# ---------------------------------------------------------------- there and back
@pytest.mark.parametrize("options", [{}, {"dtype": "float64"}, {"n_networks": 3}], ids=str)
def test_round_trip(path, options):
    net = trained(**options)
    net.save(path)
    twin = Network.load(path)
    assert twin.architecture == net.architecture
    assert twin.record == net.record
    assert (twin.dtype, twin.n_networks) == (net.dtype, net.n_networks)
    assert twin.vector.tobytes() == net.vector.tobytes()
    np.testing.assert_array_equal(twin.forward(X), net.forward(X))


def test_a_network_that_was_never_trained_has_no_record(path):
    Network([2, 1], seed=0).save(path)
    assert Network.load(path).record is None


def test_a_loaded_network_trains_on(saved):
    net, twin = trained(), Network.load(saved)
    for network in (net, twin):
        network.fit(X, Y, iterations=5, learning_rate=0.1)
    np.testing.assert_array_equal(twin.vector, net.vector)


def test_further_data_lies_beside_the_network(path):
    trained().save(path, classes=["cat", "ćma"], threshold=0.4)
    _, document = Network.load_with_document(path)
    assert (document["classes"], document["threshold"]) == (["cat", "ćma"], 0.4)


def test_settings_given_as_numpy_numbers_are_saved_as_plain_ones(path):
    net = Network([3, 1], seed=0)
    net.fit(X, Y, iterations=np.int64(2), learning_rate=np.float32(0.5), l2=np.float64(0.1), dropout=np.float32(0))
    net.save(path)
    settings = Network.load(path).record["settings"]
    assert (settings["iterations"], settings["learning_rate"], settings["l2"]) == (2, 0.5, 0.1)


def test_a_network_whose_validation_cost_overflowed_can_be_saved(path):
    net = Network([1, 1], "identity", "squared_error", seed=0, dtype="float64")
    history = net.fit(X[:1], Y, iterations=2, validation=(np.full((1, 1), 1e200), np.zeros((1, 1))))
    assert history.validation_cost == [np.inf, np.inf]
    net.save(path)
    assert Network.load(path).vector.tobytes() == net.vector.tobytes()


def test_the_same_network_gives_the_same_bytes(path):
    net, files = trained(), set()
    for _ in range(20):
        net.save(path, classes=["a", "b"], unit={"z": 1, "a": [None, True, 0.1]})
        files.add(path.read_bytes())
    assert len(files) == 1
    twin = Network.load(path)
    twin.save(path, classes=["a", "b"], unit={"a": [None, True, 0.1], "z": 1})
    assert path.read_bytes() in files


def test_what_is_read_says_nothing_of_its_checksum(saved):
    assert "sha256" not in Network.load_with_document(saved)[1]


def test_the_file_is_plain_safetensors(saved):
    from safetensors.numpy import load_file

    layers = {"W[1]", "W[2]", "b[1]", "b[2]"}
    assert set(load_file(saved)) == layers | {"training.v", "training.s", "training.best_cost"}  # adam's memory
    trained().save(saved, training_state=False)
    assert set(load_file(saved)) == layers


def test_saving_replaces_and_keeps_the_permissions(saved):
    saved.chmod(0o640)
    net = trained(seed=9)
    net.save(saved)
    assert Network.load(saved).vector.tobytes() == net.vector.tobytes()
    assert saved.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_usual_permissions(saved):
    mask = os.umask(0)
    os.umask(mask)
    assert saved.stat().st_mode & 0o777 == 0o666 & ~mask


# ---------------------------------------------------------------- damage
def refused(path, content, words=()):
    """Write `content`; loading it must raise ModelFileError, naming the file and these words, and nothing else."""
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        Network.load(path)
    assert all(word in str(caught.value) for word in (str(path), *words)), caught.value


def test_a_cut_file_is_refused(saved):
    whole = saved.read_bytes()
    for length in [*range(10), *range(10, len(whole), 97), len(whole) - 1]:
        refused(saved, whole[:length])


def test_a_longer_file_is_refused(saved):
    refused(saved, saved.read_bytes() + b"\0")


@pytest.mark.long
def test_a_single_flipped_bit_is_noticed(saved):
    """One bit of every byte, drawn with a seed: header, document, checksum and numbers are all hit."""
    whole = saved.read_bytes()
    bits = np.random.default_rng(0).integers(0, 8, len(whole))
    for position, bit in enumerate(bits):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << int(bit)
        refused(saved, bytes(damaged))


def test_swapped_numbers_are_noticed(saved):
    whole = saved.read_bytes()
    start = 8 + struct.unpack("<Q", whole[:8])[0]
    refused(
        saved,
        whole[:start] + whole[start + 4 : start + 8] + whole[start : start + 4] + whole[start + 8 :],
        ["checksum"],
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["not a glassnet model"]),
        (b"name,age\nAda,36\n", ["not a glassnet model"]),
        (b"\x80\x04\x95 a pickle", ["not a glassnet model"]),
        (b"\xff" * 100, ["not a glassnet model"]),
        (safetensors({"W[1]": np.ones((1, 2), "float32")}), ["a safetensors file, but not a glassnet model"]),
        (safetensors({}, {"glassnet": "{"}), ["no JSON"]),
        (safetensors({}, {"glassnet": "[" * 10**5}), ["no JSON"]),
        (safetensors({}, {"glassnet": "[1]"}), ["no format version"]),
        (safetensors({}, {"glassnet": '{"format": "1"}'}), ["no format version"]),
        (safetensors({}, {"glassnet": '{"format": 1}'}), ["describes no network"]),
        (safetensors({}, {"glassnet": '{"format": 1, "n_networks": Infinity}'}), ["describes no network"]),
        (safetensors({}, {"glassnet": '{"format": 99}'}), ["format 99", "open it with the glassnet that wrote it"]),
    ],
)
def test_other_files_are_refused(path, content, words):
    refused(path, content, words)


def written(path, change, tensors=None):
    """Write a file whose checksum fits, but whose document was changed."""
    net = Network([2, 1], seed=0)
    net.save(path)
    arrays, document = model_file.read(path, lambda document: {"W[1]": (1, 2), "b[1]": (1, 1)})
    document = json.loads(json.dumps(document))
    change(document)
    model_file.write(path, arrays if tensors is None else tensors, document)
    return path.read_bytes()


DOCUMENTS = {
    "no architecture": lambda d: d.pop("architecture"),
    "no type": lambda d: d.pop("dtype"),
    "no record": lambda d: d.pop("record"),
    "another type": lambda d: d.update(dtype="float16"),
    "no number of networks": lambda d: d.update(n_networks="x"),
    "a number as text": lambda d: d.update(n_networks="1"),
    "a number of networks that is no whole one": lambda d: d.update(n_networks=1.5),
    "no sizes": lambda d: d["architecture"].pop("sizes"),
    "sizes that are none": lambda d: d["architecture"].update(sizes=[2, 0]),
    "sizes of another network": lambda d: d["architecture"].update(sizes=[3, 1]),
    "too many layers": lambda d: d["architecture"].update(sizes=[2, 1, 1], activations=["relu", "sigmoid"]),
    "an unknown activation": lambda d: d["architecture"].update(activations=["sine"]),
    "no list of activations": lambda d: d["architecture"].update(activations=5),
    "an unknown setting": lambda d: d["architecture"].update(depth=3),
    "an architecture that is a list": lambda d: d.update(architecture=[1]),
    "activations left open": lambda d: d["architecture"].update(activations=None),
    "a loss that is a number": lambda d: d["architecture"].update(loss=1),
    "a version that is a number": lambda d: d.update(glassnet=1),
    "a record that is a list": lambda d: d.update(record=[]),
    "a type as a list": lambda d: d.update(dtype=["float32"]),
    "two thousand million networks": lambda d: d.update(n_networks=2**31),
}

RECORDS = {
    "no settings": lambda r: r.pop("settings"),
    "a setting too few": lambda r: r["settings"].pop("l2"),
    "a setting too many": lambda r: r["settings"].update(depth=1),
    "an unknown optimiser": lambda r: r["settings"].update(optimizer="sgd2"),
    "a penalty too large for a float": lambda r: r["settings"].update(l2=10**400),
    "a curve that is a number": lambda r: r.update(epoch_cost=1.0),
    "a curve of texts": lambda r: r.update(validation_cost=["a"]),
    "half an epoch": lambda r: r.update(epochs=0.5),
    "fewer than no steps": lambda r: r.update(steps=-1),
    "seconds that are true": lambda r: r.update(seconds=True),
    "an entry too many": lambda r: r.update(mood="good"),
    "a divergence that is a text": lambda r: r.update(diverged="yes"),
}


@pytest.mark.parametrize("change", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_documents_that_describe_no_network_are_refused(path, change):
    refused(path, written(path, change))


@pytest.mark.parametrize("change", RECORDS.values(), ids=RECORDS.keys())
def test_records_that_no_training_left_are_refused(path, change):
    def change_record(document):
        net = trained()
        document["record"] = json.loads(json.dumps(net.record))
        change(document["record"])

    refused(path, written(path, change_record), ["damaged: record"])
    net = trained()
    change(net.record)
    with pytest.raises(WrongTypeError, match="`record` is what `fit` leaves"):
        net.save(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_arrays_with_numbers_that_are_not_finite_are_neither_read_nor_written(path, value):
    refused(
        path,
        written(
            path, lambda document: None, {"W[1]": np.ones((1, 2), "float32"), "b[1]": np.full((1, 1), value, "float32")}
        ),
        ["b[1] holds numbers that are not finite"],
    )
    net = trained()
    net.W[2][0, 0] = value
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"W\[2\] holds numbers that are not finite"):
        net.save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [True, 0, -1, 1.0, "1", None])
def test_a_format_that_is_none_is_refused(path, version):
    written(path, lambda document: None)
    refused(path, again(path, lambda document: document.update(format=version)), ["names no format version"])


def test_a_document_of_lists_in_lists_is_refused(path):
    written(path, lambda document: None)
    inner = []
    for _ in range(60):
        inner = [inner]
    refused(path, again(path, lambda document: document.update(more=inner)), ["lists in lists, more than 50 deep"])
    refused(
        path, safetensors({}, {"glassnet": '{"format": 1, "more": ' + "[" * 10_000 + "]" * 10_000 + "}"}), ["damaged"]
    )
    with pytest.raises(WrongTypeError, match=r"'more' cannot be kept: .* it is more than 50 deep"):
        trained().save(path, more=inner)


def again(path, change):
    """Return a file whose document was changed at will, and its checksum made again."""
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["glassnet"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
    del document["sha256"]
    change(document)
    document["sha256"] = model_file._checksum(document, arrays)
    return safetensors(arrays, {"glassnet": model_file._text(document)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1e-05", "1E-05"),
        ('"zeta": 1', '"zeta":  1'),
        ('"zeta": 1', '"zeta": 1.0'),
        ('"zeta": 1', '"zeta": NaN'),
        ('"zeta": 1', '"zeta": 2, "zeta": 1'),
        ('"cat"', '"\\u0063at"'),
        ('"cat"', '"\\ud800"'),
        ('"sha256": "', '"sha256": "0'),
        ('"sha256"', '"sha257"'),
    ],
)
def test_another_spelling_of_the_document_is_damage(path, old, new):
    net = Network([2, 1], seed=0)
    net.save(path, tiny=1e-05, zeta=1, kind="cat")
    arrays, _ = model_file.read(path, lambda document: {"W[1]": (1, 2), "b[1]": (1, 1)})
    with safe_open(path, framework="numpy") as file:
        text = file.metadata()["glassnet"]
    assert old in text
    refused(path, safetensors(arrays, {"glassnet": text.replace(old, new)}), ["checksum"])


@pytest.mark.parametrize(
    "tensors",
    [
        {"W[1]": np.ones((1, 2), "float32")},
        {"W[1]": np.ones((2, 1), "float32"), "b[1]": np.ones((1, 1), "float32")},
        {"W[1]": np.ones((1, 2), "float32"), "b[1]": np.ones((1, 1), "float32"), "b[2]": np.ones(1)},
        {"W[1]": np.ones((1, 2), "float64"), "b[1]": np.ones((1, 1), "float64")},
        {"W[1]": np.ones((1, 2), "bool"), "b[1]": np.ones((1, 1), "bool")},
    ],
    ids=["one missing", "turned", "one too many", "another type", "truth values"],
)
def test_arrays_that_do_not_fit_the_document_are_refused(path, tensors):
    refused(path, written(path, lambda document: None, tensors))


def test_huge_sizes_are_refused_before_memory_is_taken(path):
    content = written(path, lambda d: d["architecture"].update(sizes=[10**6, 10**6]))
    tracemalloc.start()
    try:
        refused(path, content, ["1000000"])
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- paths
def test_a_missing_file_is_named_with_the_nearest_one(saved):
    with pytest.raises(FileError, match=r"nett.glassnet: no such file \(did you mean 'net.glassnet'\?\)"):
        Network.load(saved.with_name("nett.glassnet"))


def test_a_missing_folder_is_no_riddle(tmp_path):
    with pytest.raises(FileError, match="no such file"):
        Network.load(tmp_path / "nowhere" / "net.glassnet")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileError, match="this is a folder"):
        Network.load(tmp_path)
    with pytest.raises(FileError, match="this is a folder"):
        trained().save(tmp_path)


def test_saving_into_a_missing_folder(tmp_path):
    with pytest.raises(FileError, match=r"there is no folder .*nowhere; make it first"):
        trained().save(tmp_path / "nowhere" / "net.glassnet")
    assert not list(tmp_path.iterdir())


@pytest.mark.needs("no root")
def test_saving_into_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match="cannot be written"):
            trained().save(tmp_path / "net.glassnet")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("known", [True, False], ids=["the folder says so", "only the attempt shows it"])
def test_saving_into_a_read_only_folder_simulated(tmp_path, monkeypatch, known):
    def forbidden(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    if known:
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    monkeypatch.setattr(tempfile, "mkstemp", forbidden)
    with pytest.raises(FileError, match="cannot be written"):
        trained().save(tmp_path / "net.glassnet")


def test_an_unreadable_file_is_a_file_error(saved, monkeypatch):
    import safetensors as library

    def forbidden(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(library, "safe_open", forbidden)
    with pytest.raises(FileError, match=r"cannot be read \(Permission denied\)"):
        Network.load(saved)


# ---------------------------------------------------------------- interrupted saving
@pytest.mark.parametrize(
    ("holder", "name"), [(os, "fsync"), (os, "replace"), (Path, "replace"), (Path, "chmod"), (os, "fdopen")]
)
def test_a_failed_save_leaves_the_old_file_whole_and_nothing_else(saved, monkeypatch, holder, name):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = saved.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(holder, name, full)
        with pytest.raises(FileError, match=r"No space left on device.*nothing was changed"):
            trained(seed=9).save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_ctrl_c_while_saving_leaves_the_old_file_whole_and_nothing_else(saved, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    before = saved.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trained(seed=9).save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def circle():
    inner = []
    inner.append(inner)
    return inner


NO_JSON = {
    "an object": object(),
    "an array": np.ones(2),
    "a number of NumPy's": np.float32(1),
    "a set": {1},
    "bytes": b"cat",
    "an object deep inside": {"a": [1, {"b": object()}]},
    "not a number": float("nan"),
    "an infinite number": [1.0, float("inf")],
    "a mapping from numbers": {10: "a", 9: "b"},
    "a mapping from texts and numbers": {"a": 1, 2: 3},
    "a mapping from truth values": [{True: "yes"}],
    "half a character": "\ud800",
    "a circle": circle(),
}


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_is_no_json_is_refused_and_leaves_the_old_file_whole(saved, value):
    before = saved.read_bytes()
    with pytest.raises(WrongTypeError, match="'classes' cannot be kept: expected plain JSON data"):
        trained(seed=9).save(saved, threshold=0.5, classes=value)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


@pytest.mark.parametrize(
    "name", ["format", "glassnet", "architecture", "dtype", "n_networks", "record", "training", "sha256"]
)
def test_names_that_the_file_itself_uses_are_refused(saved, name):
    before = saved.read_bytes()
    with pytest.raises(SettingError, match=f"'{name}' is a name that the file itself uses"):
        trained(seed=9).save(saved, **{name: 1})
    assert saved.read_bytes() == before


# ---------------------------------------------------------------- files of older formats
FORMAT_1 = json.loads((CASES / "format_1.json").read_text("utf-8"))  # predictions of the glassnet that wrote the files


def test_a_network_of_format_1_predicts_what_it_predicted():
    net = Network.load(CASES / "network_format_1.glassnet")
    np.testing.assert_allclose(net.forward(FORMAT_1["network"]["X"]), FORMAT_1["network"]["A"], rtol=1e-6)
    assert net.record["settings"]["optimizer"] == "adam"
    assert "holds no training state" in net.missing_state


def test_a_network_of_format_1_is_trained_further_with_a_fresh_optimiser():
    net = Network.load(CASES / "network_format_1.glassnet")
    with pytest.warns(UserWarning, match="holds no training state"):
        history = net.fit(FORMAT_1["network"]["X"], [[0, 1, 1, 0]], optimizer="adam", iterations=5, resume=True)
    assert history.cost[-1] < history.cost[0]


def test_a_table_model_of_format_1_predicts_what_it_predicted():
    case, model = FORMAT_1["table"], load(CASES / "table_format_1.glassnet")
    assert model.classes_.tolist() == case["classes"]
    np.testing.assert_allclose(model.predict_proba(case["rows"]), case["probabilities"], rtol=1e-6)


def test_what_was_read_in_format_1_is_written_in_todays(tmp_path):
    load(CASES / "table_format_1.glassnet").save(tmp_path / "again.glassnet")
    again = load(tmp_path / "again.glassnet").predict_proba(FORMAT_1["table"]["rows"])
    np.testing.assert_allclose(again, FORMAT_1["table"]["probabilities"], rtol=1e-6)
