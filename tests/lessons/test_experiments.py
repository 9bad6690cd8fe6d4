"""Each claim at a reduced size: a claim that fails fails its test. And claims made false on purpose are found false."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from glassnet import Network, lessons
from glassnet.errors import DataError, SettingError, UnknownNameError
from glassnet.inspection.intervals import wilson
from glassnet.lessons import arrays, cats, derivatives, parity, relu
from glassnet.lessons.data import accuracy, bits, flower
from glassnet.lessons.experiment import Finding, cell_text
from glassnet.lessons.progress import tracked, watched
from glassnet.lessons.runs import cost_curves, stack
from glassnet.plots.of_experiments import KINDS
from glassnet.text_table import fitted, width_of
from glassnet.texts import translated
from glassnet.texts.tables import is_known
from shared import shared

pytestmark = pytest.mark.filterwarnings("error")
WITHOUT_DATA = [name for name, entry in lessons.EXPERIMENTS.items() if not entry.needs_data]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Return a folder of two classes of pictures that any network tells apart: bright above, bright below."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(1)
    for name in ("above", "below"):
        (folder / name).mkdir()
        for i in range(40):
            pixels = rng.integers(0, 120, (12, 12, 3))
            pixels[slice(0, 6) if name == "above" else slice(6, 12)] += 100
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def results(pictures):
    """Return a function that runs a claim at the reduced size, once for all tests."""
    known = {}

    def result(name):
        if name not in known:
            data = {"data": str(pictures)} if name == "cats" else {}
            known[name] = lessons.run(name, size="small", **data)
        return known[name]

    return result


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_the_claim_holds(name, results):
    result = results(name)
    assert result.held, str(result.summary)
    assert len(result.seeds) >= 2
    assert result.findings
    assert result.tables
    assert result.pictures


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_results_are_plain_data(name, results):
    document = json.loads(json.dumps(results(name).to_document(), allow_nan=False))
    assert document["held"] is True
    assert document["again"].startswith(f"glassnet experiment {name} --seed 1")
    assert all(len(row) == len(table["head"]) for table in document["tables"] for row in table["rows"])
    assert {picture["kind"] for picture in document["pictures"]} <= set(KINDS)
    assert str(results(name)).startswith(name)


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_everything_fits_a_terminal_in_both_languages(name, results):
    result = results(name)
    lines = [line for line in str(result).split("\n") if not line.startswith("Again: ")]  # a command stays whole
    assert max(map(width_of, lines)) <= 80
    for table in (result.summary, *result.tables):
        head, *rows = [[translated(cell_text(cell), "zh") for cell in row] for row in (table.head, *table.rows)]
        assert max(map(width_of, fitted([head, *rows]).split("\n"))) <= 80


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_a_sentence_with_numbers_says_what_was_found(name, results):
    said = results(name).said
    assert re.search(r"\d", said)
    assert said.endswith(".")
    assert is_known(said)


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_every_picture_can_be_drawn(name, results):
    from glassnet.plots.of_experiments import experiment

    places = experiment(results(name))
    assert len(places) == len(results(name).pictures)
    assert all(ax.get_title(loc="left") for ax in places)
    places[0].figure.savefig("/dev/null", format="svg")


def slopes_without_1_over_m(w, b, X, y):
    J, dw, db = arrays.by_products(w, b, X, y)
    return J, dw * len(y), db


FALSE = {
    "the mean forgotten": ("vectorization", {"vectorized": slopes_without_1_over_m, "sizes": ((5, 40), (5, 400))}),
    "vectorised by loops": ("vectorization", {"vectorized": arrays.by_two_loops, "sizes": ((5, 40), (5, 400))}),
    "a random start called alike": ("symmetry", {"alike": ("normal(0.01)",), "steps": 500}),
    "a start alike called random": ("symmetry", {"different": "zeros", "steps": 500}),
    "layers of tanh": ("linear-collapse", {"g": "tanh", "depths": (1, 2), "steps": 300}),
    "relu called sigmoid": ("activations", {"compared": ("relu", "tanh", "sigmoid", "leaky_relu"), "steps": 100}),
    "He called 1": ("initial-scale", {"starts": ("normal(0.01)", "he", "normal(1)"), "units": 20, "steps": 50}),
    "cross-entropy called squared error": (
        "cost-surface", {"losses": ("cross_entropy", "squared_error"), "starts": 5, "steps": 100, "grid": 9}),
    "squared error as likelihood": ("likelihood", {"loss": "squared_error", "samples": (30, 300), "steps": 100}),
    "half the bound called diverging": ("learning-rate", {"rates": (0.001, 0.4, 0.98, 0.5), "flower_steps": 200}),
    "relu called too small a rate": ("learning-rate", {"rates": (0.5, 0.4, 0.98, 1.05), "flower_steps": 200}),
    "no g in the hidden layer": ("hidden-units", {"g": "identity", "units": (1, 3), "steps": 200}),
    "no candidates that differ": ("hyperparameters", {
        "hidden": ((2,), (3,)), "rates": (1e-6, 2e-6), "iterations": (5, 10), "activations": ("tanh",)}),
    "softplus called identity": ("regression-output", {"outputs": ("softplus", "relu", "identity"), "steps": 300}),
    "shapes not checked": ("broadcasting", {"checked": False}),
    "sums without keepdims": ("helpful-broadcasting", {"keepdims": False}),
    "pictures mixed": ("unrolling", {"way": "X.reshape(-1, m)"}),
    "slopes taken at A": ("blocks", {"slope_at": "A", "activation": "tanh"}),
    "logistic regression called a line": ("labels-by-a-line", {"outputs": ("sigmoid", "identity")}),
    "no far samples": ("labels-by-a-line", {"far": 0}),
    "squared error called cross-entropy": ("loss-curves", {"loss": "squared_error"}),
    "tanh's slope called sigmoid's": ("derivatives", {"trained": ("tanh", "sigmoid")}),
    "sigmoid called zero-mean": ("zero-mean", {"compared": ("tanh", "sigmoid"), "steps": 100}),
    "leaky relu called relu": ("dead-relu", {"compared": ("leaky_relu(0.1)", "relu"), "steps": 300}),
    "units that are alive": ("dead-relu", {"bias": 0.0, "steps": 300}),
    "a start at zeros": ("relu-at-zero", {"start": "zeros", "steps": 50}),
    "softmax called logistic regressions": ("side-by-side", {"output": "softmax"}),
    "W at zero too": ("zero-bias", {"weights": "zeros", "steps": 300}),
    "a feature that is always 2": ("merged-bias", {"always": 2.0}),
    "networks that are all small": ("data-and-size", {"hidden": (0, 1), "samples": (20, 200), "steps": 100}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FALSE)
def test_a_false_claim_is_found_false(fault):
    name, options = FALSE[fault]
    result = lessons.run(name, seeds=2, size="small", **options)
    assert not result.held
    assert "NOT" in str(result.summary)


def test_a_change_is_made_and_told():
    found = lessons.vary("symmetry", lessons.read_changes("symmetry", "hidden=1,alpha=3"), size="small", seeds=2)
    assert found.changed == "units 4 -> 1, learning_rate 1.2 -> 3.0"
    assert found.before.held
    assert not found.after.held
    assert found.verdict == "The claim holds no longer."
    assert found.after.options == {"units": 1, "learning_rate": 3.0}
    assert "--set units=1,learning_rate=3.0" in found.after.again
    assert found.before.findings == lessons.run("symmetry", size="small", seeds=2).findings
    assert max(map(width_of, str(found).split("\n"))) <= 80
    assert json.dumps(found.to_document(), allow_nan=False)


def test_lists_of_values_are_read():
    assert lessons.read_changes("hidden-units", "units=1,2,3,steps=10") == {"units": (1, 2, 3), "steps": 10}
    assert lessons.read_changes("depth", "g=tanh") == {"g": "tanh"}
    assert lessons.read_changes("zero-bias", "iterations=7") == {"steps": 7}
    assert lessons.read_changes("broadcasting", "checked=no") == {"checked": False}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("symmetry", "unit=1", "did you mean 'units'"),
        ("symmetry", "units=few", "expected a whole number, as 4 is"),
        ("symmetry", "learning_rate=x", "expected a number, as 1.2 is"),
        ("symmetry", "units", "expected name=value"),
        ("symmetry", "units=", "expected name=value"),
        ("broadcasting", "checked=perhaps", "expected yes or no"),
        ("vectorization", "vectorized=x", "from Python only"),
        ("symetry", "units=1", "did you mean 'symmetry'"),
    ],
)
def test_changes_that_cannot_be_read_are_refused(name, text, told):
    with pytest.raises((SettingError, UnknownNameError), match=told):
        lessons.read_changes(name, text)


def test_a_change_that_an_experiment_cannot_run_with_is_refused():
    with pytest.raises(SettingError, match="initial-scale cannot run with hidden"):
        lessons.vary("initial-scale", {"hidden": (1,)}, size="small", seeds=1)


def test_progress_is_told_from_0_to_1_and_rises():
    shares = []
    with watched(shares.append):
        lessons.vary("zero-bias", {"units": 2}, size="small", seeds=1)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert len(shares) > 4


def test_nested_parts_share_their_part_of_the_whole():
    shares = []
    with watched(shares.append):
        for _ in tracked("ab"):
            list(tracked("xy"))
    assert shares == [0, 0, 0.25, 0.5, 0.5, 0.75, 1]


def test_findings_keep_their_bounds():
    assert Finding("", (1.0, 2.0), at_least=1).held
    assert not Finding("", (1.0, 0.5), at_least=1).held
    assert Finding("", (1.0, 0.5), at_least=1, share=0.5).held
    assert not Finding("", (float("nan"),), at_most=1).held
    assert not Finding("", ()).held
    assert Finding("", (1.0,), at_most=0.5).bounds == "at most 0.5"
    assert Finding("", (1.0,), 0.5, 2).bounds == "0.5 to 2"


def test_equal_seeds_give_equal_results():
    first, again, other = (lessons.run("regression-output", seed=seed, size="small") for seed in (3, 3, 4))
    assert first.findings == again.findings
    assert first.findings != other.findings
    assert first.seeds == (3, 4, 5)


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'symmetry'"):
        lessons.run("symetry")
    with pytest.raises(UnknownNameError, match="did you mean 'steps'"):
        lessons.run("symmetry", step=3)
    with pytest.raises(UnknownNameError, match="full, small"):
        lessons.run("symmetry", size="tiny")
    with pytest.raises(SettingError, match="seeds: expected"):
        lessons.run("symmetry", seeds=0)
    with pytest.raises(SettingError, match="seed: expected"):
        lessons.run("symmetry", seed=-1)
    with pytest.raises(SettingError, match="needs pictures"):
        lessons.run("cats")


# ---------------------------------------------------------------- what the experiments stand on
@pytest.mark.parametrize("n", [2, 4, 8])
def test_parity_by_hand(n):
    X, Y = bits(n)
    for build in (parity.deep_narrow, parity.shallow, parity.one_for_each_pattern):
        np.testing.assert_allclose(build(n).forward(X), Y, atol=1e-12)


def test_the_flower_is_the_published_one():
    """Its first logistic regression has 47 % right, as published."""
    X, Y = flower()
    assert X.shape == (2, 400)
    net = Network([2, 1], dtype="float64", seed=1)
    net.fit(X, Y, optimizer="lbfgs", epochs=200)
    assert accuracy(net.forward(X), Y) == pytest.approx(0.47)


def test_a_diverging_network_leaves_the_others_alone():
    X, Y = np.linspace(-1, 1, 20)[None, :], np.linspace(-3, 3, 20)[None, :]
    rates = [0.1, 1e200]
    curves = cost_curves(stack([1, 1], ["identity"], [1, 2], loss="squared_error"), X, Y, 10, learning_rate=rates)
    alone = Network([1, 1], ["identity"], "squared_error", seed=1, dtype="float64")
    np.testing.assert_allclose(curves[:, 0], alone.fit(X, Y, iterations=10, learning_rate=0.1).cost)
    assert np.isinf(curves[-1, 1])


def test_training_in_the_span_takes_the_same_steps():
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((300, 12)), (rng.random((1, 12)) < 0.5).astype(float)
    plain, spanned = (stack([300, 6, 4, 1], "relu", [1, 2]) for _ in range(2))
    expected = plain.fit(X, Y, iterations=50, learning_rate=0.1).cost
    np.testing.assert_allclose(cats.descend(spanned, X, Y, 50, 0.1), expected, rtol=1e-9)
    np.testing.assert_allclose(spanned.vector, plain.vector, atol=1e-9)


def test_the_derivations_are_right_line_by_line():
    """Against central differences of g."""
    z, h = np.linspace(-4, 4, 33), 1e-6
    for name, g in (("sigmoid", lambda z: 1 / (1 + np.exp(-z))), ("tanh", np.tanh)):
        for _, formula, line in derivatives.DERIVATIONS[name]:
            np.testing.assert_allclose(line(z), (g(z + h) - g(z - h)) / (2 * h), atol=1e-9, err_msg=formula)


def test_the_slope_at_zero_is_the_one_asked_for():
    """One sample of zeros: Z[1] is 0, so dW[2] is 0 and only a slope other than 0 moves b[1]."""
    X, Y = np.zeros((1, 2, 1)), np.ones((1, 1, 1))
    for slope, moves in ((0.0, False), (1.0, True)):
        net = stack([2, 3, 1], "relu", [1])
        assert relu._train(net, X, Y, 1, 0.5, slope) == 3
        assert net.b[1].any() == moves


def test_wilson_interval():
    """Ends are where |share - p| = 1.96 standard deviations of p."""
    for right, n in ((40, 50), (0, 10), (50, 50)):
        for p in wilson(right / n, n):
            assert abs(right / n - p) == pytest.approx(1.96 * np.sqrt(abs(p * (1 - p)) / n), abs=1e-7)


def test_cats_refuses_what_are_no_two_classes_of_pictures(pictures, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match="expected pictures"):
        lessons.run("cats", data=str(table))
    with pytest.raises(DataError, match="no labels"):
        lessons.run("cats", data=str(pictures / "above"))


@pytest.mark.long
def test_the_published_cats():
    """The published start gives the published accuracies of all three networks, picture for picture."""
    result = lessons.run("cats", data=str(shared("data/train_catvnoncat.h5")), seeds=1)
    assert result.held
    table = dict(zip(("logistic", "two", "four"), result.tables[0].rows, strict=True))
    assert [round(table[name][4], 4) for name in table] == [0.70, 0.72, 0.80]
    assert table["four"][2] == pytest.approx(0.9856, abs=1e-4)
