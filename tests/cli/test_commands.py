"""The commands, as a person types them and as a program reads them."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassnet as package
from page_reader import Page


def test_train_evaluate_predict_inspect(glassnet, table):
    trained = glassnet("train", table, "--target", "label", "--hidden", "8,4", "--activation", "relu,tanh", "--seed", 1)
    assert trained.code == 0, trained.err
    assert "8-4-1 (relu, tanh, sigmoid)" in trained.out
    assert "test: 12 rows" in trained.out
    assert trained.err == ""  # quiet in a pipe
    assert (table.parent / "things.glassnet").exists()

    evaluated = glassnet("evaluate", "things.glassnet", table)
    assert evaluated.code == 0
    assert "accuracy" in evaluated.out

    predicted = glassnet("predict", "things.glassnet", table, "--probabilities")
    rows = list(csv.DictReader(io.StringIO(predicted.out)))
    assert len(rows) == 60
    assert float(rows[0]["probability big"]) + float(rows[0]["probability small"]) == pytest.approx(1, abs=1e-5)

    inspected = glassnet("inspect", "things.glassnet", table, "--row", 3, "--page", "row.html")
    assert "W[1]" in table.with_name("row.html").read_text("utf-8")
    assert "dW[1]" in inspected.out
    assert "A[3][0, 0] = sigmoid(" in inspected.out
    assert "parameters (weights and biases)" in glassnet("inspect", "things.glassnet").out


def test_a_stack_is_summarised_and_the_network_that_is_asked_for_written_out(glassnet, table):
    trained = glassnet("train", table, "--target", "label", "--n-networks", 2, "--epochs", 2, "--hidden", "8")
    assert " parameters each, 2 networks side by side" in trained.out
    document = json.loads(glassnet("inspect", "things.glassnet", table, "--json").out)
    A = next(line for line in document["trace"] if line["array"] == "A[2]")["numbers"]
    for k in (0, 1):
        answer = glassnet("inspect", "things.glassnet", table, "--network", k, "--page", "row.html")
        lines = answer.out.splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("network "))
        words = [line.split() for line in lines[start + 2 : start + 5]]
        assert [row[0] for row in words] == ["mean", "0", "1"]
        assert [float(row[1]) for row in words[1:]] == pytest.approx([a[0][0] for a in A], rel=1e-3)
        assert float(words[0][1]) == pytest.approx(np.mean(A), rel=1e-3)
        assert f"of each layer of network {k} of 2, written out" in answer.out
        written = next(line for line in lines if line.startswith("  A[2][0, 0] = sigmoid("))
        assert float(written.split(" = ")[-1]) == pytest.approx(A[k][0][0], rel=1e-3)
        assert max(map(len, lines[start:])) <= 80
        assert f"Below is network {k};" in table.with_name("row.html").read_text("utf-8")
    answer = glassnet("inspect", "things.glassnet", table, "--network", 2)
    assert answer.code
    assert "network: there are the networks 0 to 1; got 2" in answer.err


def test_the_page_of_a_row_shows_its_cells_prediction_and_truth(glassnet, table):
    glassnet("train", table, "--target", "label", "--hidden", "3", "--seed", 1)
    with table.open(newline="") as file:
        row = list(csv.DictReader(file))[4]
    document = json.loads(glassnet("inspect", "things.glassnet", table, "--row", 5, "--json").out)
    glassnet("inspect", "things.glassnet", table, "--row", 5, "--page", "row.html")
    page = Page(table.with_name("row.html").read_text("utf-8"))
    assert f"Row 5 Predicted {document['prediction']} True value {row['label']}" in page.text
    shown = dict(zip(page.words, page.words[1:], strict=False))
    names = [name for name in row if name in shown]
    assert len(names) >= 2
    for name in names:
        if name != "label" and row[name]:
            assert shown[name] == row[name] or float(shown[name]) == float(row[name])


def test_json_is_one_document(glassnet, table):
    trained = json.loads(glassnet("train", table, "--target", "label", "--epochs", 2, "--json").out)
    assert trained["rows"] == {"training": 48, "test": 12}
    scores = {"rows", "accuracy", "log loss", "calibration error", "cost", "confusion", "baseline"}
    assert set(trained["scores"]["test"]) == scores
    evaluated = json.loads(glassnet("evaluate", "things.glassnet", table, "--json").out)
    assert evaluated["rows"] == 12  # of the file of the training, those it has not seen
    assert "kept for the test" in evaluated["notes"][0]
    assert len(json.loads(glassnet("predict", "things.glassnet", table, "--json").out)["prediction"]) == 60
    inside = json.loads(glassnet("inspect", "things.glassnet", table, "--row", 1, "--json").out)
    lines = {line["array"]: line for line in inside["trace"]}
    A, W, b, Z = (np.array(lines[name]["numbers"]) for name in ("X = A[0]", "W[1]", "b[1]", "Z[1]"))
    np.testing.assert_allclose(W @ A + b, Z, rtol=1e-5, atol=1e-6)


def test_the_same_seed_gives_the_same_model(glassnet, table):
    for name in ("one", "two"):
        glassnet("train", table, "--target", "label", "--epochs", 2, "--seed", 5, "--out", f"{name}.glassnet")
    one, two = (package.load(f"{name}.glassnet").network_.vector for name in ("one", "two"))
    np.testing.assert_array_equal(one, two)


def test_numbers_are_estimated(glassnet, table):
    answer = glassnet("train", table, "--target", "size", "--task", "numbers", "--hidden", "none", "--seed", 1)
    assert "R²" in answer.out
    assert "(identity), squared_error" in answer.out


@pytest.mark.parametrize(
    "options",
    [
        ("--optimizer", "lbfgs", "--epochs", 20),
        ("--optimizer", "adamw(weight_decay=0.1)", "--schedule", "warmup_cosine", "--learning-rate", 0.01),
        ("--n-networks", 3, "--dropout", 0.2, "--l2", 0.5, "--batch-size", 8),
        ("--loss", "cross_entropy", "--validation", 0.25, "--patience", 2, "--test", 0),
        ("--engine", "numpy", "--device", "cpu", "--precision", "full"),
    ],
)
def test_options_reach_the_training(glassnet, table, options):
    answer = glassnet("train", table, "--target", "label", "--epochs", 3, *options)
    assert answer.code == 0, answer.err


@pytest.mark.needs("torch")
@pytest.mark.parametrize("options", [("--engine", "torch"), ("--precision", "bfloat16", "--device", "cpu")])
def test_torch_trains(glassnet, table, options):
    answer = glassnet("train", table, "--target", "label", "--hidden", 4, "--epochs", 3, *options)
    assert answer.code == 0, answer.err
    assert "torch" in answer.out


def test_columns_are_found_by_name(glassnet, table):
    glassnet("train", table, "--target", "label", "--epochs", 2, "--seed", 1)
    expected = glassnet("predict", "things.glassnet", table).out
    rows = [line.split(",") for line in table.read_text().splitlines()]
    turned = [[row[2], row[1], "extra" if i == 0 else "1", row[0]] for i, row in enumerate(rows)]
    table.with_name("turned.csv").write_text("\n".join(map(",".join, turned)) + "\n")
    assert glassnet("predict", "things.glassnet", "turned.csv").out == expected


def test_a_training_can_be_resumed(glassnet, table):
    words = ("--target", "label", "--preset", "fast", "--epochs", 3, "--seed", 1, "--json")
    first = glassnet("train", table, *words).out
    more = glassnet("train", table, "--resume", "things.glassnet", "--epochs", 30, "--seed", 1, "--json")
    assert more.code == 0, more.err
    assert json.loads(more.out)["scores"]["training"]["cost"] < json.loads(first)["scores"]["training"]["cost"]


@pytest.mark.filterwarnings("always::FutureWarning")
def test_a_training_can_be_resumed_under_the_old_names_of_options(glassnet, table):
    made = ("train", table, "--target", "label", "--hidden", 3, "--epochs", 2, "--seed", 1)
    first = glassnet(*made, "--networks", 2)
    assert (first.code, first.err.startswith("glassnet: warning: --networks is called --n-networks since")) == (0, True)
    more = glassnet("train", table, "--continue", "things.glassnet", "--epochs", 2)
    assert (more.code, "warning: --continue is called --resume since 0.1" in more.err) == (0, True)
    both = glassnet("train", table, "--continue", "things.glassnet", "--resume", "things.glassnet")
    assert both.code == 2
    assert "--continue is the old name of --resume; give one of them" in both.err
    network = package.load("things.glassnet").network_
    assert (network.n_networks, network.optimizer_state["t"]) == (2, 4)
    help_ = glassnet("train", "--help").out
    assert "--networks" not in help_
    assert "--continue" not in help_


def test_rows_are_weighted_by_a_column(glassnet, table):
    lines = table.read_text().splitlines()
    weighted = [f"{line},{'copies' if i == 0 else 2 if i % 3 else 0}" for i, line in enumerate(lines)]
    table.write_text("\n".join(weighted) + "\n")
    words = ("--target", "label", "--hidden", 3, "--epochs", 3, "--seed", 1, "--weight", "copies")
    assert glassnet("train", table, *words).code == 0
    model = package.load("things.glassnet")
    assert list(model.feature_names_in_) == ["size", "weight", "colour"]
    assert 0 < model.network_.record["samples"] < 48
    assert glassnet("train", table, "--resume", "things.glassnet").code == 0  # the model knows the column
    assert package.load("things.glassnet").sample_weight_name_ == "copies"
    assert glassnet("evaluate", "things.glassnet", table).code == 0
    assert "did you mean 'copies'" in glassnet("train", table, *words[:-1], "copis").err
    assert "expected weights" in glassnet("train", table, *words[:-1], "colour").err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--l1", 0.5, "--clip-norm", 0.1, "--no-shuffle", "--iterations", 7),
         {"l1": 0.5, "clip_norm": 0.1, "shuffle": False, "iterations": 7, "epochs": None}),
        (("--hidden", "4,3", "--dropout", "0.2,0.1", "--epochs", 2), {"dropout": [0.2, 0.1], "shuffle": True}),
        (("--n-networks", 2, "--l2", "0.1,0.2", "--learning-rate", "0.01,0.02", "--epochs", 1),
         {"l2": [0.1, 0.2], "learning_rate": [0.01, 0.02]}),
    ],
)  # fmt: skip
def test_whatever_fit_takes_the_shell_takes(glassnet, table, words, expected):
    answer = glassnet("train", table, "--target", "label", "--hidden", 3, *words, "--json")
    assert answer.code == 0, answer.err
    assert expected.items() <= json.loads(answer.out)["record"]["settings"].items()


def test_resuming_refuses_another_network(glassnet, table):
    glassnet("train", table, "--target", "label", "--hidden", 4, "--epochs", 2, "--seed", 1)
    kept = (table.parent / "things.glassnet").read_bytes()
    for option, value, words in [
        ("--hidden", "9,9", "hidden: a warm start resumes"),
        ("--activation", "tanh", "activation: "),
        ("--loss", "squared_error", "loss: "),
        ("--n-networks", 3, "n_networks: "),
        ("--task", "numbers", "task: the model to resume, things.glassnet, predicts classes"),
    ]:
        answer = glassnet("train", table, "--resume", "things.glassnet", option, value)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert words in answer.err
        assert (table.parent / "things.glassnet").read_bytes() == kept
    answer = glassnet("train", table, "--resume", "things.glassnet", "--hidden", 4, "--epochs", 1)
    assert answer.code == 0, answer.err


def test_pictures_in_folders(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for label, colour in (("cat", (200, 40, 40)), ("other", (40, 40, 200))):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(12):
            noise = rng.integers(-30, 30, (10 + i % 3, 12, 3))
            Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).save(f"photos/{label}/{i}.png")
    trained = glassnet("train", "photos", "--size", 8, "--hidden", "4", "--epochs", 20, "--seed", 0)
    assert trained.code == 0, trained.err
    assert "8 x 8 x 3 = 192" in trained.out
    predicted = glassnet("predict", "photos.glassnet", "photos/cat")
    assert predicted.code == 0, predicted.err
    answers = [row["prediction"] for row in csv.DictReader(io.StringIO(predicted.out))]
    assert answers == ["cat"] * 12


@pytest.mark.usefixtures("two_epochs")
def test_demo(glassnet, tmp_path):
    answer = glassnet("demo", "--folder", tmp_path / "demo")
    assert answer.code == 0, answer.err
    for words in ("$ glassnet train breast-cancer.csv", "always 'benign'", "dW[1]", "digits.glassnet"):
        assert words in answer.out
    made = {path.name for path in (tmp_path / "demo").iterdir()}
    assert {"breast-cancer.csv", "breast-cancer.glassnet", "digits.npz", "digits.glassnet", "predictions.csv"} <= made


TOLD = """
import signal
from glassnet import workflows
from glassnet.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # as in the foreground
train_file = workflows.train_file

def told(*given, callbacks, **more):
    def hear(progress):
        if progress.epoch == 2:
            print("Epoch 2", flush=True)
    return train_file(*given, callbacks=[*callbacks, hear], **more)

workflows.train_file = told
main()
"""


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_training_keeps_the_best_network(table, how):
    words = ["train", str(table), "--target", "label", "--epochs", "1000000", "--validation", "0", "--test", "0",
             "--engine", "numpy"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", TOLD, *words, "--out", "kept.glassnet"],
        cwd=table.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch 2"):
            break
    process.send_signal(how)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "resume with --resume kept.glassnet" in out
    kept = package.load(table.parent / "kept.glassnet")
    assert kept.was_interrupted
    assert kept.network_in_training.record["interrupted"]


def test_version(glassnet):
    assert glassnet("version").out.strip() == package.__version__


def test_python_dash_m():
    done = subprocess.run([sys.executable, "-m", "glassnet", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == package.__version__


def test_a_test_file_of_arrays_is_evaluated(glassnet, tmp_path, monkeypatch):
    """The target is an array whose name says train in one file and test in the other."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        y = np.arange(40) % 2
        x = (100 * y[:, None, None] + rng.integers(0, 50, (40, 3, 3))).astype(np.uint8)
        np.savez(f"{part}.npz", **{f"{part}_set_x": x, f"{part}_set_y": y})
    assert glassnet("train", "train.npz", "--test", 0, "--seed", 0).code == 0
    evaluated = glassnet("evaluate", "train.glassnet", "test.npz", "--json")
    assert evaluated.code == 0, evaluated.err
    assert json.loads(evaluated.out)["accuracy"] > 0.9


def test_engines(glassnet, tmp_path, monkeypatch):
    from glassnet.backends import measure as measuring
    from glassnet.backends.registry import BACKENDS

    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    shown = glassnet("engines")
    assert shown.code == 0, shown.err
    head, *rows = shown.out.split("\n\n")[0].splitlines()
    assert head.split()[:2] == ["engine", "devices"]
    table = [row for row in rows if row[:1].isalpha()]  # the others are further lines of a cell
    assert [row.split()[0] for row in table] == list(BACKENDS)
    assert all(len(row) <= 80 for row in rows)
    assert [line.split()[0] for line in shown.out.split("\n\n")[1].splitlines()] == list(BACKENDS)
    assert "glassnet engines --measure" in " ".join(shown.out.split())

    measured = []
    monkeypatch.setattr(measuring, "measure", measured.append)
    lines = json.loads(glassnet("engines", "--measure", "--json").out)
    assert len(measured) == 1
    assert [line["engine"] for line in lines] == list(BACKENDS)
    assert {line["engine"]: line for line in lines}["numpy"]["cost_coefficients"]["start"] == 0


def test_engines_where_nothing_can_be_kept(glassnet, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "file"))
    answer = glassnet("engines", "--measure")
    assert answer.code == 2
    assert "the cost coefficients cannot be kept there" in answer.err


@pytest.mark.needs("the native library")
def test_the_engine_is_reported_after_a_training(glassnet, table):
    words = ("--target", "label", "--preset", "fast", "--epochs", 2)
    assert "Engine    native (predicted " in glassnet("train", table, *words).out


# ---------------------------------------------------------------- cut off by a kill
WORDS = ("--target", "label", "--epochs", 40, "--hidden", 4, "--seed", 1)


@pytest.fixture
def killed(glassnet, table, monkeypatch):
    """Return the model of a training that was not cut off; leave the checkpoint of one that was."""
    from glassnet import workflows
    from glassnet.training import checkpoint

    def kill(self, what):
        self.write(what)
        raise SystemExit("killed")

    assert glassnet("train", table, *WORDS).code == 0
    whole = package.load("things.glassnet")
    assert not Path("things.glassnet.checkpoint").exists()
    Path("things.glassnet").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.Checkpoint, "_write", kill)
        patched.setattr(workflows.train_file, "__kwdefaults__", {**workflows.train_file.__kwdefaults__, "every": 1e-3})
        assert glassnet("train", table, *WORDS).code == "killed"
    assert [path.name for path in Path().iterdir()] == ["things.csv", "things.glassnet.checkpoint"]
    Path(".things.glassnet.checkpoint.abcd1234.part").write_bytes(b"half")
    return whole


@pytest.mark.parametrize(
    "words",
    [WORDS, ("--resume", "things.glassnet"), ("--resume", "things.glassnet.checkpoint")],
    ids=["the same command", "--resume MODEL", "--resume CHECKPOINT"],
)
def test_a_killed_training_resumes_to_the_bit(glassnet, table, killed, words):
    answer = glassnet("train", table, *words)
    assert answer.code == 0, answer.err
    assert "things.glassnet.checkpoint: resumed after" in answer.out
    np.testing.assert_array_equal(package.load("things.glassnet").network_.vector, killed.network_.vector)
    assert sorted(path.name for path in Path().iterdir()) == ["things.csv", "things.glassnet"]


@pytest.mark.parametrize("words", [(*WORDS, "--l2", 0.1), (*WORDS[:-4], "--seed", 1)], ids=["one more", "one fewer"])
def test_another_training_leaves_a_checkpoint_alone(glassnet, table, killed, words):
    answer = glassnet("train", table, *words)
    assert answer.code == 2
    assert "things.glassnet.checkpoint: checkpoint of another interrupted training" in answer.err
    assert "--resume things.glassnet.checkpoint" in answer.err
    assert Path("things.glassnet.checkpoint").exists()
    assert glassnet("train", table, *words, "--out", "other.glassnet").code == 0
    answer = glassnet("train", table, "--resume", "other.glassnet")  # to things.glassnet, after DATA's name
    assert answer.code == 2
    assert "things.glassnet.checkpoint: checkpoint of another interrupted training" in answer.err


def test_a_killed_training_with_other_settings_says_that_it_begins(glassnet, table, killed):
    answer = glassnet("train", table, "--resume", "things.glassnet", "--epochs", 3)
    assert answer.code == 0, answer.err
    assert "was interrupted with other data or settings; a new training starts" in answer.out


def test_resuming_a_model_without_training_state_says_so(glassnet, table):
    assert glassnet("train", table, *WORDS).code == 0
    package.load("things.glassnet").save("things.glassnet", training_state=False)
    answer = glassnet("train", table, "--resume", "things.glassnet")
    assert answer.code == 0, answer.err
    assert "holds no training state" in answer.out


def test_test_rows_stay_unseen_when_a_training_is_resumed(glassnet, table, monkeypatch):
    """Also where no seed was given: the model keeps the one that was drawn."""
    from glassnet.workflows import training

    seeds, split = [], training.with_test_part

    def noted(dataset, test, stratify, seed, choices):
        seeds.append(seed)
        return split(dataset, test, stratify, seed, choices)

    monkeypatch.setattr(training, "with_test_part", noted)
    for words in ((), ("--resume", "things.glassnet")):
        assert glassnet("train", table, "--target", "label", "--epochs", 2, *words).code == 0
    assert seeds[0] == seeds[1] is not None


def test_the_help_of_train_fits_a_terminal_of_80_columns():
    """Every option is there in full, with no word cut off."""
    done = subprocess.run(
        [sys.executable, "-m", "glassnet", "train", "--help"],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) == 80
    assert "…" not in done.stdout
    for option in ("--n-networks", "--learning-rate", "--no-shuffle", "--weight", "--clip-norm", "--resume"):
        assert any(f"{option} " in line for line in lines), option
