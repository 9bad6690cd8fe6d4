"""The torch engine from the shell: it trains, its models are as any others, and what it cannot do it says."""

import importlib.util
import json

import numpy as np
import pytest

import glassnet as package
from glassnet.backends import backend
from glassnet.backends.registry import BACKENDS

has_torch = importlib.util.find_spec("torch") is not None


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    "options", [[], ["--device", "cpu"], ["--precision", "bfloat16"], ["--n-networks", "3"]], ids=str
)
def test_train_evaluate_predict(glassnet, table, options):
    trained = glassnet("train", table, "--target", "label", "--preset", "fast", "--engine", "torch", "--epochs", 150,
                       "--seed", 1, *options)  # fmt: skip
    assert trained.code == 0, trained.err
    assert trained.err == ""
    assert "Engine    torch" in trained.out
    evaluated = json.loads(glassnet("evaluate", "things.glassnet", table, "--json").out)
    assert evaluated["accuracy"] > 0.9
    predicted = glassnet("predict", "things.glassnet", table).out.split()
    assert (predicted[0], set(predicted[1:])) == ("prediction", {"big", "small"})


@pytest.mark.needs("torch")
def test_the_model_is_numpys(glassnet, table):
    for engine in ("torch", "numpy"):
        options = ("--epochs", 3, "--seed", 5, "--engine", engine, "--out", f"{engine}.glassnet")
        assert glassnet("train", table, "--target", "label", *options).code == 0
    vectors = [package.load(f"{engine}.glassnet").network_.vector for engine in ("torch", "numpy")]
    np.testing.assert_allclose(*vectors, rtol=1e-4, atol=1e-6)


@pytest.mark.needs("torch")
def test_auto_says_why_it_takes_torch(glassnet, table):
    trained = glassnet("train", table, "--target", "label", "--precision", "bfloat16", "--epochs", 2, "--hidden", 4)
    assert "Engine    torch (for precision='bfloat16')" in trained.out


@pytest.mark.parametrize(("options", "told"), [
    (["--engine", "tensor"], f"unknown engine 'tensor' (did you mean 'torch'?); known: auto, {', '.join(BACKENDS)}"),
    (["--device", "gpu"], "unknown device 'gpu'"),
    (["--engine", "numpy", "--device", "cuda"], "device='cuda' needs engine='torch' or 'auto'; got engine='numpy'"),
    (["--optimizer", "lbfgs", "--precision", "bfloat16"], "lbfgs runs on NumPy alone and takes no precision='b"),
])  # fmt: skip
def test_one_sentence_says_what_cannot_be(glassnet, table, options, told):
    refused = glassnet("train", table, "--target", "label", *options)
    assert refused.code == 2
    assert told in refused.err
    assert len(refused.err.splitlines()) == 1
    assert not (table.parent / "things.glassnet").exists()


def test_without_torch_the_shell_says_how_to_get_it(glassnet, table, monkeypatch):
    monkeypatch.setattr(backend, "is_installed", lambda name: name != "torch")
    refused = glassnet("train", table, "--target", "label", "--engine", "torch")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert 'pip install "torch>=' in refused.err


def test_engines_shows_torch_or_how_to_get_it(glassnet):
    line = glassnet("engines").out.rpartition("\ntorch ")[2]
    assert line.lstrip().startswith("torch 2" if has_torch else 'no torch: pip install "torch>=')
