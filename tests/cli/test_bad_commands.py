"""Bad input: one clear sentence on stderr, exit code 2, no traceback, nothing written or overwritten."""

import errno
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from glassnet import Network


def refused(answer, *words):
    """Check that an answer is one sentence on stderr with these words."""
    assert answer.code == 2, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err, answer.err


@pytest.fixture
def model(glassnet, table):
    assert glassnet("train", table, "--target", "label", "--epochs", 2, "--seed", 1).code == 0
    return table.with_name("things.glassnet")


BAD_TABLES = {
    "empty": ("", ["bad.csv", "empty"]),
    "header only": ("size,label\n", ["bad.csv", "no rows"]),
    "ragged": ("size,label\n1,a\n2,b,c\n3,a,d,e\n4\n5,b,c\n6,a,b,c\n", ["line"]),
    "unknown target": ("size,lable\n1,a\n2,b\n3,a\n", ["'label'", "did you mean 'lable'"]),
    "single class": ("size,label\n1,a\n2,a\n3,a\n4,a\n5,a\n", ["single class", "'a'"]),
    "missing targets": ("size,label\n1,\n2,\n3,\n4,\n5,\n", ["'label'", "no cell of 5 that is known"]),
    "one row": ("size,label\n1,a\n", ["1"]),
    "infinite": ("size,label\n" + "inf,a\n-inf,b\n" * 6, ["size", "no column is left"]),
    "classes of one row": ("size,label\n" + "".join(f"{i},k{i}\n" for i in range(20)), ["20 of 20 classes"]),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_tables_that_cannot_be_trained_on(glassnet, table, name):
    text, words = BAD_TABLES[name]
    table.with_name("bad.csv").write_text(text)
    before = set(table.parent.iterdir())
    refused_words = [word for word in words if word]
    answer = glassnet("train", "bad.csv", "--target", "label")
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    for word in refused_words:
        assert word in answer.err, answer.err
    assert set(table.parent.iterdir()) == before


MENDED = {
    "a ragged line": ("1,a\n2,b\n" * 10 + "3,a,c,d\n", "line 22"),
    "missing targets": ("1,a\n2,b\n" * 10 + "3,\n", "line 22"),
    "an infinite cell": ("1,a\n2,b\n" * 10 + "inf,a\n", "infinite in 1 cell"),
    "a class of one row": ("1,a\n2,b\n" * 10 + "3,c\n", "'c'"),
}


@pytest.mark.parametrize("name", MENDED)
def test_tables_that_are_trained_on_with_a_note(glassnet, table, name):
    rows, word = MENDED[name]
    table.with_name("odd.csv").write_text(f"size,label\n{rows}")
    answer = glassnet("train", "odd.csv", "--target", "label", "--preset", "fast", "--epochs", 2)
    assert answer.code == 0, answer.err
    assert any(line.startswith("Note") and word in line for line in answer.out.splitlines()), answer.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("train", "thing.csv", "--target", "label"), ["thing.csv", "did you mean 'things.csv'"]),
        (("train", "things.csv"), ["--target", "size, weight, colour, label"]),
        (("train", "things.csv", "--target", "lebel"), ["did you mean 'label'"]),
        (("train", "things.csv", "--target", "label", "--hidden", "0"), ["n[1]", "got 0"]),
        (("train", "things.csv", "--target", "label", "--hidden", "8,-1"), ["n[2]", "got -1"]),
        (("train", "things.csv", "--target", "label", "--hidden", "8,x"), ["--hidden", "'8,x'"]),
        (("train", "things.csv", "--target", "label", "--hidden", "2.5"), ["--hidden", "'2.5'"]),
        (("train", "things.csv", "--target", "label", "--activation", "rel"), ["did you mean 'relu'"]),
        (("train", "things.csv", "--target", "label", "--optimizer", "adom"), ["did you mean 'adam'"]),
        (("train", "things.csv", "--target", "label", "--loss", "hubert"), ["did you mean 'huber'"]),
        (("train", "things.csv", "--target", "label", "--schedule", "cosin"), ["did you mean 'cosine'"]),
        (("train", "things.csv", "--target", "label", "--learning-rate", "-1"), ["learning_rate", "got -1"]),
        (("train", "things.csv", "--target", "label", "--learning-rate", "nan"), ["learning_rate", "got nan"]),
        (("train", "things.csv", "--target", "label", "--epochs", "0"), ["epochs", "got 0"]),
        (("train", "things.csv", "--target", "label", "--batch-size", "-4"), ["batch_size", "got -4"]),
        (("train", "things.csv", "--target", "label", "--batch-size", "0"), ["batch_size", "got 0"]),
        (("train", "things.csv", "--target", "label", "--learning-rate", "0"), ["learning_rate", "got 0"]),
        (("train", "things.csv", "--target", "label", "--dropout", "1"), ["dropout", "got 1"]),
        (("train", "things.csv", "--target", "label", "--dropout", "x"), ["--dropout: expected a number", "'x'"]),
        (("train", "things.csv", "--target", "label", "--l1", "-1"), ["l1", "at least 0", "got -1"]),
        (("train", "things.csv", "--target", "label", "--test", "1.5"), ["test", "1.5"]),
        (("train", "things.csv", "--target", "label", "--seed", "-1"), ["seed"]),
        (("train", "things.csv", "--target", "label", "--task", "class"), ["did you mean 'classes'"]),
        (("train", "things.csv", "--target", "label", "--task", "numbers"), ["numbers to estimate"]),
        (("train", "things.csv", "--target", "label", "--out", "none/here.glassnet"), ["there is no folder none"]),
        (("train", "things.csv", "--target", "label", "--out", "."), ["folder"]),
        (("train", "things.csv", "--target", "label", "--out", "./things.csv"), ["would replace", "another file"]),
        (("predict", "things.glassnet", "things.csv", "--out", "things.csv"), ["would replace", "another file"]),
        (("inspect", "things.csv", "--page", "things.csv"), ["would replace", "another file"]),
        (("report", "things.csv", "--out", "things.csv"), ["would replace", "another file"]),
        (("train", "things.xyz", "--target", "label"), ["things.xyz"]),
        (("train", "things.csv", "--targte", "label"), ["--target"]),
        (("predict", "things.glassnat", "things.csv"), ["things.glassnat"]),
        (("predict", "things.csv", "things.csv"), ["things.csv", "not a glassnet model"]),
    ],
)
def test_commands_that_cannot_be_done(glassnet, table, words, expected):
    (table.parent / "things.xyz").write_text("size,label\n")
    before = {path: path.read_bytes() for path in table.parent.iterdir()}
    refused(glassnet(*words), *expected)
    assert {path: path.read_bytes() for path in table.parent.iterdir()} == before


def test_data_that_do_not_fit_the_model(glassnet, model, table):
    text = table.read_text()
    table.with_name("fewer.csv").write_text("\n".join(line.split(",", 1)[1] for line in text.splitlines()) + "\n")
    refused(glassnet("predict", model, "fewer.csv"), "column 'size' is missing")
    table.with_name("text.csv").write_text(re.sub(r"\n\d+,", "\nthree,", text))
    refused(glassnet("predict", model, "text.csv"), "'size'", "row 1", "three")
    table.with_name("new.csv").write_text(text.replace(",big\n", ",huge\n"))
    refused(glassnet("evaluate", model, "new.csv"), "'huge'", "'big', 'small'")
    refused(glassnet("inspect", model, table, "--row", 61), "from 1 to 60", "got 61")
    np.savez("wide.npz", x=np.zeros((3, 8, 8), np.uint8))
    refused(glassnet("predict", model, "wide.npz"), "pictures")


def test_pictures_of_another_width(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name, side in (("small", 4), ("large", 6)):
        np.savez(f"{name}.npz", x=rng.integers(0, 255, (30, side, side), dtype=np.uint8), y=np.arange(30) % 2)
    assert glassnet("train", "small.npz", "--epochs", 1).code == 0
    refused(glassnet("predict", "small.glassnet", "large.npz"), "16", "36")


def test_a_picture_that_cannot_be_decoded(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for label in ("cat", "other"):
        Path("photos", label).mkdir(parents=True)
        for i in range(4):
            Image.new("RGB", (5, 5)).save(f"photos/{label}/{i}.png")
    Path("photos/cat/2.png").write_bytes(b"no picture")
    refused(glassnet("train", "photos", "--strict"), str(Path("cat", "2.png")))
    Path("empty").mkdir()
    refused(glassnet("train", "empty"), "empty")


def test_model_files_that_are_no_models(glassnet, model, table):
    whole = model.read_bytes()
    damaged = table.with_name("damaged.glassnet")
    damaged.write_bytes(whole[: len(whole) // 2])
    refused(glassnet("predict", damaged, table), "damaged.glassnet")
    damaged.write_bytes(whole[:-10] + bytes([whole[-10] ^ 1]) + whole[-9:])
    refused(glassnet("predict", damaged, table), "damaged.glassnet", "checksum")
    damaged.write_bytes(b"")
    refused(glassnet("inspect", damaged), "damaged.glassnet")
    save_file({"x": np.zeros(3)}, damaged)
    refused(glassnet("inspect", damaged), "not a glassnet model")
    save_file({"x": np.zeros(3)}, damaged, metadata={"glassnet": json.dumps({"format": 99})})
    refused(glassnet("inspect", damaged), "format 99")
    Network([2, 1]).save(damaged)
    refused(glassnet("predict", damaged, table), "Network")
    assert glassnet("inspect", damaged).code == 0


def test_a_full_disk_leaves_the_old_model(glassnet, model, table, monkeypatch):
    old, before = model.read_bytes(), set(table.parent.iterdir())

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    answer = glassnet("train", table, "--target", "label", "--epochs", 1)
    assert answer.code == 2
    assert "No space left on device" in answer.err
    assert model.read_bytes() == old
    assert set(table.parent.iterdir()) == before
    assert "No space left" in glassnet("predict", model, table, "--out", "p.csv").err
    assert set(table.parent.iterdir()) == before


def test_a_read_only_folder(glassnet, model, table, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    refused(glassnet("train", table, "--target", "label"), "cannot be written")


def test_a_training_that_diverges(glassnet, table):
    answer = glassnet(
        "train", table, "--target", "weight", "--task", "numbers", "--optimizer", "gradient_descent",
        "--learning-rate", "1e6", "--schedule", "constant",
    )  # fmt: skip
    refused_answer = answer.err
    assert answer.code == 2
    assert "learning rate" in refused_answer
    assert not table.with_name("things.glassnet").exists()


def test_a_fault_of_glassnet_shows_no_traceback(glassnet, table, monkeypatch):
    def fault(*_arguments, **_settings):
        raise RuntimeError("boom")

    monkeypatch.setattr("glassnet.workflows.train_file", fault)
    answer = glassnet("train", table, "--target", "label")
    assert answer.code == 1
    assert "boom" in answer.err
    assert "Traceback" not in answer.err
