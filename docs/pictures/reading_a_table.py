"""Draw the pictures of docs/reading-a-table.md, from the model that its commands train.

python docs/pictures/reading_a_table.py [FOLDER]
"""

import sys
import tempfile
from contextlib import chdir
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from overview import write

from glassnet import explain, plots, workflows
from glassnet.cli.demo import write_breast_cancer
from glassnet.plots.style import STYLE
from glassnet.workflows.evaluation import unseen

TABLE, MODEL, POSITIVE = "breast-cancer.csv", "breast-cancer.glassnet", "malignant"
ALIKE = ("mean_radius,mean_perimeter,mean_area,worst_radius,worst_perimeter,worst_area",)
ROW, COLUMN = 14, "worst_texture"


def panels(*widths: float, size: tuple[float, float] = (11.6, 3.6)) -> tuple[Figure, list]:
    """Return a figure, and its axes side by side."""
    with rc_context(STYLE):
        figure = Figure(size, layout="constrained")
        return figure, list(figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0])


def trust() -> Figure:
    """Return how far the answers to the test rows can be trusted."""
    model, dataset = workflows.with_targets(MODEL, TABLE)
    test, _ = unseen(model, dataset, TABLE)
    P = model.predict_proba(test.X)
    probability = P[:, list(model.classes_).index(POSITIVE)]
    with rc_context(STYLE):
        figure = Figure((9.6, 7.4), layout="constrained")
        places = figure.subplot_mosaic([["left", "right"], ["below", "below"]], height_ratios=(1.15, 1))
    plots.calibration_curve(test.y, probability, positive=POSITIVE, title="Calibration", ax=places["left"])
    plots.cumulative_gains(test.y, P, labels=list(model.classes_), title="Gains", ax=places["right"])
    plots.threshold_curve(test.y, probability, positive=POSITIVE, title="Decisions by threshold", ax=places["below"])
    return figure


def columns() -> Figure:
    """Return which columns matter, and how the answer changes with one."""
    found = workflows.explain_file(MODEL, TABLE, together=ALIKE)
    model, dataset = workflows.with_targets(MODEL, TABLE)
    figure, (left, right) = panels(1, 1.1, size=(10.4, 3.8))
    found.importance.columns[8:] = []
    plots.importance(found.importance, title="Which columns matter", ax=left)
    effect = explain.dependence(model, dataset.X, COLUMN, output=POSITIVE)
    plots.dependence(effect, title="How one acts", ax=right)
    return figure


def row() -> Figure:
    """Return what each column contributes to the answer for one row."""
    model, dataset = workflows.with_targets(MODEL, TABLE)
    one = dataset.X.take(np.array([ROW - 1]))
    (why,) = explain.contributions(model, one, dataset.X, output=POSITIVE)
    why.columns[9:] = []
    figure, (only,) = panels(1, size=(8.2, 3.6))
    plots.contributions(why, ax=only)
    return figure


def main(folder: Path) -> None:
    """Train as the page does, and write the pictures into a folder."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory() as temporary, chdir(temporary):
        write_breast_cancer(Path(TABLE))
        workflows.train_file(TABLE, "diagnosis", out=MODEL, random_state=1)
        for draw in (trust, columns, row):
            write(draw(), folder / f"table_{draw.__name__}.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
