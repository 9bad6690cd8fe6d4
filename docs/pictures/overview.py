"""Draw the picture at the top of the README: a network, its training and its answers.

python docs/pictures/overview.py [OVERVIEW.svg]
"""

import re
import sys
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from glassnet import Network, plots
from glassnet.lessons.data import flower
from glassnet.plots.style import STYLE


def overview() -> Figure:
    """Return the figure: three of glassnet's plots side by side."""
    X, Y = flower()
    net = Network([2, 6, 4, 1], activations=["tanh", "tanh", "sigmoid"], seed=3)
    history = net.fit(X, Y, optimizer="adam", learning_rate=0.02, epochs=600, l2=1.0, engine="numpy")
    with rc_context(STYLE):
        figure = Figure((11.6, 3.6), layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.75, 1, 1))
    plots.diagram(net, title="Every weight and shape", ax=left)
    plots.cost_curves(history, title="The training", ax=middle)
    plots.decision_boundary(net, X, Y, title="The answers, over the plane", ax=right)
    return figure


def write(figure: Figure, path: Path) -> None:
    """Write a picture, without dates and with short numbers, so that it stays small and the same."""
    with rc_context({"svg.hashsalt": "glassnet"}):
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    short = re.sub(r"(?<=[ \"])\d+\.\d{3,}(?=[ \"])", lambda number: f"{float(number[0]):.2f}", path.read_text("utf-8"))
    path.write_text(short, "utf-8")


if __name__ == "__main__":
    write(overview(), Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("overview.svg"))
