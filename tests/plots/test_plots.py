"""Pictures: what is drawn is what was handed in, on the axes that were handed in, and nothing else is touched."""

import io
import os
import subprocess
import sys
import warnings
import xml.dom.minidom
from functools import lru_cache

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

from explained import classifier
from glassnet import MLPClassifier, Network, explain, plots
from glassnet.errors import DataError, SettingError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.inspection.diagnosis.range_test import RangeTest
from glassnet.inspection.snapshots import QUANTILES, Snapshots
from glassnet.plots.style import literal
from glassnet.search import Study, Trial

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 60))
Y = (X[:1] * X[1:] > 0).astype(float)


@lru_cache
def run():
    """A network of two features, its snapshots and its history."""
    net = Network([2, 5, 1], "tanh", seed=1)
    snapshots = Snapshots(net, X, Y, times=10)
    history = net.fit(X, Y, epochs=40, learning_rate=0.5, validation=(X[:, :20], Y[:, :20]), callbacks=[snapshots],
                      engine="numpy")  # fmt: skip
    return net, snapshots, history


@lru_cache
def iris():
    """An estimator, its rows and their names."""
    data = load_iris()
    X, names = StandardScaler().fit_transform(data.data[:, 2:]), data.target_names[data.target]
    return MLPClassifier((8,), solver="lbfgs", alpha=1.0, max_iter=2000, random_state=0).fit(X, names), X, names


@lru_cache
def explanations():
    """Return every result on a classifier, by the name of its picture."""
    model, rows, y = classifier()
    return {
        "importance": explain.importance(model, rows, y),
        "interactions": explain.interactions(model, rows, ["a", "b", "colour"]),
        "contributions": explain.contributions(model, rows, rows)[0],
        "dependence": explain.dependence(model, rows, "b"),
        "dependence on words": explain.dependence(model, rows, "colour"),
        "dependence on two": explain.dependence(model, rows, ["a", "colour"]),
    }


def found():
    """Return a search of two kinds of networks, of which one trial was far off and one did not finish."""
    tried = [
        {},
        {"network": "layers", "units": 16, "learning_rate": 0.01},
        {"network": "recipe", "learning_rate": 0.002},
        {"network": "layers", "units": 64, "learning_rate": 0.03},
        {"network": "layers", "units": 64, "learning_rate": 0.001},
    ]
    scores = [0.3, 0.25, 0.28, 9.0, None]
    return Study([Trial(k, "finished", {}, scores[k], {}, tried[k], 5, 1.0) for k in range(5)])


LABELS, CHANCES = np.repeat(["no", "yes"], [30, 20]), np.linspace(0, 1, 50)  # of yes
NUMBERS, ESTIMATES = np.arange(120.0), np.arange(120.0) + np.tile([-2.0, 1.0, 4.0], 40)

EXPLANATIONS = ("importance", "interactions", "contributions", "dependence", "dependence on words", "dependence on two")
TEST = {"rates": [0.01, 0.1, 1.0, 10.0], "costs": [0.6, 0.3, 0.2, None], "steps": 50, "learning_rate": 0.01, "try": 1.0}

PICTURES = {
    "cost_curves": lambda ax: plots.cost_curves(run()[2], ax=ax),
    "cost_curves of several": lambda ax: plots.cost_curves({"a": run()[2], "b": run()[0]}, ax=ax),
    "learning_rates": lambda ax: plots.learning_rates(TEST, ax=ax),
    "decision_boundary": lambda ax: plots.decision_boundary(run()[0], X, Y, ax=ax),
    "decision_boundary of rows": lambda ax: plots.decision_boundary(*iris(), ax=ax),
    "decision_boundary of numbers": lambda ax: plots.decision_boundary(
        Network([2, 3, 1], loss="squared_error", seed=1), X, X[:1], ax=ax
    ),
    "first_layer_weights": lambda ax: plots.first_layer_weights(Network([64, 30, 10], seed=1), ax=ax),
    "first_layer_weights in colour": lambda ax: plots.first_layer_weights(
        Network([48, 3, 1], seed=1), (4, 4, 3), ax=ax
    ),
    "diagram": lambda ax: plots.diagram(Network([30, 12, 4, 1], seed=1), title="30-12-4-1", ax=ax),
    "diagram of a stack": lambda ax: plots.diagram(Network([2, 3, 1], n_networks=2, seed=1), ax=ax),
    "activations": lambda ax: plots.activations(ax=ax),
    "confusion_matrix": lambda ax: plots.confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2], ax=ax),
    "calibration_curve": lambda ax: plots.calibration_curve(LABELS, CHANCES, title="yes", ax=ax),
    "threshold_curve": lambda ax: plots.threshold_curve(LABELS, CHANCES, title="yes", ax=ax),
    "cumulative_gains": lambda ax: plots.cumulative_gains(LABELS, np.stack([1 - CHANCES, CHANCES], axis=1), ax=ax),
    "prediction_error": lambda ax: plots.prediction_error(NUMBERS, ESTIMATES, ax=ax),
    "prediction_error of few": lambda ax: plots.prediction_error([1, 2], [1, 3], kind="residual_vs_predicted", ax=ax),
    "distributions": lambda ax: plots.distributions(run()[1], ax=ax),
    "search": lambda ax: plots.search(found(), ax=ax),
    "search without parameters": lambda ax: plots.search(Study(found().trials[:1]), ax=ax),
    "lines": lambda ax: plots.lines({"a": ([1, 2], [3, 4], 0.5), "b": (None, [1, 2])}, log_y=True, points=True, ax=ax),
    "lines from zero": lambda ax: plots.lines({"_hidden name": (None, [3, 2])}, from_zero=True, ax=ax),
    "scatter": lambda ax: plots.scatter([0, 1, 2], [0, 1, 3], x="y", y="ŷ", diagonal=True, ax=ax),
    "matrix": lambda ax: plots.matrix([[-1.0, 2], [0, 1]], rows=["1", "2"], columns=["age", "height"], ax=ax),
    "bars": lambda ax: plots.bars({"a": 1.0, "b": 3.0}, spread={"a": 0.2}, x="J", ax=ax),
    "bars from lowest to highest": lambda ax: plots.bars({"a": 1.0}, spread={"a": (0.5, 3.0)}, log_x=True, ax=ax),
    "lines with points": lambda ax: plots.lines(
        {"a": (None, [1, 2]), "b": (None, [3, np.inf])},
        dots={"c": ([1], [2])},
        at=["x", "y"],
        points=[1],
        upto=4.0,
        ax=ax,
    ),
    "surface with points": lambda ax: plots.surface(
        [0, 1], [0, 1], np.array([[0, 1], [1, 0.5]]), dots={"a": ([0], [1])}, levels=[0, 0.5, 1], ax=ax
    ),
    "images with numbers": lambda ax: plots.images(
        np.array([[[1.0, np.nan], [-2.0, 0.5]]]), signed=True, numbers=True, ax=ax
    ),
    "surface": lambda ax: plots.surface(
        [0, 1, 2], [0, 1], np.ones((2, 3)) + np.arange(3), paths={"descent": ([0, 1], [1, 0])}, log=True, ax=ax
    ),
    "images": lambda ax: plots.images(load_digits().images[:7], titles=list("0123456"), ax=ax),
    **{
        name: lambda ax, name=name: getattr(plots, name.partition(" ")[0])(explanations()[name], ax=ax)
        for name in EXPLANATIONS
    },
}


def all_of(drawn):
    return list(np.ravel(drawn))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_with_and_without_axes(name, tmp_path):
    alone = all_of(PICTURES[name](None))
    alone[0].figure.savefig(tmp_path / "alone.svg")
    figure = Figure()
    given = figure.subplots(1, 2)[1]
    drawn = all_of(PICTURES[name](given))
    assert drawn[0] is given or drawn[0] is not alone[0]
    assert all(ax.figure is figure for ax in drawn)
    figure.savefig(tmp_path / "given.png")
    assert (tmp_path / "alone.svg").stat().st_size > 2000


def test_every_public_picture_is_tested():
    assert {name.partition(" ")[0] for name in PICTURES} == set(plots.__all__)


def test_the_cost_is_that_of_the_history():
    history = run()[2]
    ax = plots.cost_curves(history)
    assert ax.lines[0].get_ydata() == pytest.approx(history.epoch_cost)
    assert ax.lines[1].get_ydata() == pytest.approx(history.validation_cost)
    assert ax.get_ylabel() == "cost J"


def test_the_record_draws_the_same_curve():
    net, _, history = run()
    assert plots.cost_curves(net).lines[0].get_ydata() == pytest.approx(history.epoch_cost)
    estimator = iris()[0]
    assert plots.cost_curves(estimator).lines[0].get_ydata() == pytest.approx(estimator.loss_curve_)


def test_a_stack_has_a_line_for_each_network():
    net = Network([2, 3, 1], n_networks=4, seed=1)
    ax = plots.cost_curves(net.fit(X, Y, epochs=5, engine="numpy"))
    assert len(ax.lines) == 5


def test_snapshots_hold_the_quantiles_of_the_trace():
    net, snapshots, _ = run()
    assert snapshots.epochs == list(range(0, 41, 4))
    trace = net.trace(X, Y)
    for letter in ("Z", "A", "dZ"):
        for l in (1, 2):
            assert snapshots.quantiles[letter][l][-1] == pytest.approx(
                np.quantile(getattr(trace, letter)[l], QUANTILES)
            )
    assert plots.distributions(snapshots).shape == (3, 2)


def test_the_boundary_lies_where_the_network_says():
    net = Network([2, 1], seed=1)
    net.W[1], net.b[1] = [[1.0, 0.0]], [[-0.5]]
    ax = plots.decision_boundary(net, X, Y)
    boundary = next(c for c in ax.collections if len(c.get_paths()) and type(c).__name__ == "QuadContourSet")
    assert boundary.get_paths()[0].vertices[:, 0] == pytest.approx(0.5, abs=0.02)


def test_a_confusion_matrix_counts():
    ax = plots.confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1])
    assert [text.get_text() for text in ax.texts] == ["1", "1", "0", "2"]
    assert ax.get_title(loc="left") == "75.0% right"


def test_calibration_is_drawn_with_the_rows_of_each_bin():
    ax = plots.calibration_curve(LABELS, CHANCES, bins=5)
    assert [text.get_text() for text in ax.texts] == ["10"] * 5
    assert ax.lines[1].get_ydata() == pytest.approx([0, 0, 0, 1, 1])
    share, mean = calibration_curve(LABELS == "yes", CHANCES, n_bins=5)
    assert np.asarray(ax.collections[1].get_offsets()) == pytest.approx(np.stack([mean, share], axis=1))
    (of_no,) = {line.get_ydata()[0] for line in plots.calibration_curve(LABELS, 1 - CHANCES, positive="no").lines[1:2]}
    assert of_no == 0


def test_the_best_threshold_is_marked_beside_the_one_in_use():
    ax = plots.threshold_curve(LABELS, CHANCES, threshold=0.25)
    said = [text.get_text() for text in ax.texts]
    assert said[1] == "used 0.25"
    assert said[0].startswith("best F1 1 at 0.6")  # all from 30 on are yes
    precision, recall, f1, share = (line.get_ydata() for line in ax.lines[:4])
    assert (precision[100], recall[100], share[100]) == pytest.approx((20 / 37, 1, 37 / 50))
    assert f1[100] == pytest.approx(f1_score(LABELS == "yes", CHANCES > 0.25))
    assert np.isnan(precision[-1])


def test_gains_end_where_all_is_found():
    found = plots.cumulative_gains(LABELS, np.stack([1 - CHANCES, CHANCES], axis=1))
    assert [text.get_text() for text in found.get_legend().get_texts()] == ["no", "yes", "rows drawn at random"]
    yes = found.lines[1]
    assert np.interp([0.2, 0.4, 1], yes.get_xdata(), yes.get_ydata()) == pytest.approx([0.5, 1, 1])


def test_residuals_are_true_numbers_less_predictions():
    ax = plots.prediction_error(NUMBERS, ESTIMATES, kind="residual_vs_predicted")
    drawn = np.asarray(ax.collections[0].get_offsets())
    assert drawn == pytest.approx(np.stack([ESTIMATES, NUMBERS - ESTIMATES], axis=1))
    assert ax.lines[1].get_ydata() == pytest.approx(np.full(6, -1), abs=0.6)  # the mean of 2, -1 and -4
    assert ax.lines[0].get_ydata() == pytest.approx([0, 0])
    ax = plots.prediction_error(NUMBERS, ESTIMATES)
    assert (ax.lines[0].get_xdata() == ax.lines[0].get_ydata()).all()


def test_explanations_are_drawn_as_they_are():
    found = explanations()
    bars = plots.contributions(found["contributions"]).patches
    assert [bar.get_width() for bar in bars] == [each.value for each in found["contributions"].columns]
    assert len({bar.get_facecolor() for bar in bars}) == len(
        {each.value > 0 for each in found["contributions"].columns}
    )
    ax = plots.dependence(found["dependence"])
    assert ax.lines[-2].get_ydata() == pytest.approx(found["dependence"].mean[:-1])
    assert [text.get_text() for text in ax.texts] == ["missing"]
    assert ax.get_ylabel() == "the probability of yes"


def test_the_diagram_tells_the_shapes():
    words = " ".join(text.get_text() for text in plots.diagram(Network([20, 7, 1], seed=1)).texts)
    assert "W[1] (7, 20)" in words
    assert "7 relu" in words
    assert "⋮" in words


def test_slopes_jump_where_they_jump():
    relu = plots.activations("relu")[0]
    slope = relu.lines[-1].get_ydata()
    assert np.isnan(slope).sum() == 1
    assert set(slope[~np.isnan(slope)]) == {0.0, 1.0}


def test_refusals_say_what_is_wanted():
    with pytest.raises(SettingError, match="softmax"):
        plots.activations(["relu", "softmax"])
    with pytest.raises(ShapeError, match="two features; got 3"):
        plots.decision_boundary(Network([3, 1], seed=1), np.ones((3, 4)), np.ones((1, 4)))
    with pytest.raises(ShapeError, match="no square picture"):
        plots.first_layer_weights(Network([7, 2, 1], seed=1))
    with pytest.raises(WrongTypeError, match="History"):
        plots.cost_curves(3)
    with pytest.raises(DataError, match="no epoch"):
        plots.distributions(Snapshots(Network([2, 1], seed=1), X, Y))
    with pytest.raises(ShapeError, match=r"one for each of the labels, \(50,\); got \(50, 2\): one class is asked for"):
        plots.calibration_curve(LABELS, np.ones((50, 2)))
    with pytest.raises(DataError, match="y holds 3 classes, not 2"):
        plots.threshold_curve(["a", "b", "c"], [0.1, 0.2, 0.3])
    with pytest.raises(UnknownNameError, match="did you mean 'yes'"):
        plots.threshold_curve(LABELS, CHANCES, positive="yess")
    with pytest.raises(DataError, match="from 0 to 1"):
        plots.calibration_curve(LABELS, CHANCES + 1)
    with pytest.raises(ShapeError, match="a column for each of 2 classes"):
        plots.cumulative_gains(LABELS, np.ones((50, 3)))
    with pytest.raises(UnknownNameError, match="did you mean 'residual_vs_predicted'"):
        plots.prediction_error([1], [1], kind="residuals_vs_predicted")
    with pytest.raises(ShapeError, match="each of the true numbers"):
        plots.prediction_error([1, 2], [1])
    with pytest.raises(DataError, match="every rate"):
        plots.learning_rates(RangeTest([0.1, 1.0], [np.inf, np.inf], 10))


def test_nothing_global_is_touched():
    code = (
        "import sys; from glassnet import Network, plots; assert 'matplotlib' not in sys.modules;"
        "import matplotlib; before = dict(matplotlib.rcParams);"
        "plots.diagram(Network([2, 3, 1])); plots.activations();"
        "assert dict(matplotlib.rcParams) == before; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env={**os.environ, "MPLBACKEND": "agg"})


def test_where_pyplot_is_loaded_figures_are_its_own():
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    try:
        ax = plots.bars({"a": 1.0})
        assert pyplot.fignum_exists(ax.figure.number)
    finally:
        pyplot.close("all")
        del sys.modules["matplotlib.pyplot"]  # the other tests draw without it


HOSTILE = ["$a_1$", "$\\frac$", "_hidden", "esc\x1b[31m", "rtl\u202e", "\\$", "nul\x00l", "$"]


def texts(figure):
    """Return what is drawn as text: a formula would be drawn as something else, or not at all."""
    return [text for text in figure.findobj(Text) if text.get_text()]


def test_names_are_drawn_letter_by_letter():
    y = np.repeat(HOSTILE, 3)
    X = np.random.default_rng(0).standard_normal((len(y), 2))
    model = MLPClassifier((2,), max_iter=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    series = {name: ([1, 2], [1, 2]) for name in HOSTILE}
    drawn = [
        plots.confusion_matrix(y, y, title=" ".join(HOSTILE)),
        plots.decision_boundary(model, X, y, names=tuple(HOSTILE[:2]), title=HOSTILE[3]),
        plots.lines(series, x="$x$", y="$\\frac$"),
        plots.bars(dict.fromkeys(HOSTILE, 1.0), x="$x$"),
        plots.cumulative_gains(y, np.eye(len(HOSTILE))[np.repeat(np.arange(len(HOSTILE)), 3)], labels=HOSTILE),
        plots.matrix(np.eye(len(HOSTILE)), rows=HOSTILE, columns=HOSTILE),
        plots.cost_curves({name: run()[2] for name in HOSTILE}),
    ]
    for ax in drawn:
        ax.figure.savefig(svg := io.BytesIO(), format="svg")
        xml.dom.minidom.parseString(svg.getvalue())  # no control characters
        for text in texts(ax.figure):
            shown, formula = text._preprocess_math(text.get_text())
            assert not formula, shown
            assert shown.replace("\n", "").isprintable()
    legend = [text.get_text().strip() for text in drawn[1].get_legend().get_texts()]
    assert sorted(legend) == sorted(map(literal, HOSTILE))
