"""What the lessons begin with: data, network, settings, and for how long a training goes on before it stops by itself.

The texts and questions stand in `page/lessons.js`. That a training shows what they say is measured in the tests.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Lesson(NamedTuple):
    """One row.

    Parameters
    ----------
    spec : dict
        What is trained; "cats" as its source stands for their file, which not everybody has.
    steps, epochs : int, optional
        After so many the training stops; the next press of play takes as many more.
    """

    spec: dict[str, Any]
    steps: int | None = None
    epochs: int | None = None


def _layers(activation: str, *units: int) -> list[dict[str, Any]]:
    return [{"units": n, "activation": activation} for n in units]


_FEW = {"source": {"name": "moons", "m": 60, "noise": 0.35}, "test_share": 0.5}
_ADAM = {"optimizer": "adam", "learning_rate": 0.01}
CATS = "cats"

LESSONS: dict[str, Lesson] = {
    "logistic": Lesson({"source": {"name": "flower"}, "hidden": [], "settings": {"learning_rate": 1.2}}, 300),
    "zeros": Lesson(
        {
            "source": {"name": "flower"}, "hidden": _layers("tanh", 4), "initializer": "zeros",
            "settings": {"learning_rate": 1.2},
        },
        200,
    ),
    "hidden": Lesson(
        {"source": {"name": "circles"}, "hidden": _layers("tanh", 3), "settings": {"learning_rate": 1}}, 400
    ),
    "saturation": Lesson(
        {
            "source": {"name": "moons"}, "hidden": _layers("sigmoid", 4, 4), "initializer": "normal(30)",
            "settings": {"learning_rate": 0.5},
        },
        300,
    ),
    "alpha": Lesson(
        {"source": {"name": "moons"}, "hidden": _layers("tanh", 4), "settings": {"learning_rate": 0.01}}, 200
    ),
    "depth": Lesson(
        {
            "source": {"name": "spiral", "turns": 1.75}, "hidden": _layers("tanh", 6),
            "settings": {"optimizer": "adam", "learning_rate": 0.03},
        },
        600,
    ),
    "overfitting": Lesson(
        {**_FEW, "hidden": _layers("relu", 32, 32), "settings": {"optimizer": "adam", "learning_rate": 0.05}}, 300
    ),
    "dropout": Lesson(
        {"source": {"name": "digits"}, "test_share": 0.9, "hidden": _layers("relu", 128), "settings": _ADAM}, 150
    ),
    "batch": Lesson(
        {"source": {"name": "digits"}, "hidden": _layers("relu", 16), "settings": {"learning_rate": 0.1}}, epochs=20
    ),
    "cat": Lesson(
        {"source": {"name": CATS}, "hidden": [], "settings": {"optimizer": "adam", "learning_rate": 0.001}}, 150
    ),
}  # fmt: skip
