"""The textbook's claims as experiments, and the grader: plain results, nothing drawn.

>>> from glassnet import lessons
>>> result = lessons.run("broadcasting", size="small")
>>> result.held
True
"""

from __future__ import annotations

from typing import Any

from glassnet.core import checks
from glassnet.errors import SettingError, UnknownNameError
from glassnet.lessons import activations, arrays, cats, choices, costs, parity, starts
from glassnet.lessons.experiment import SIZES, Evidence, Experiment, Finding, Picture, Result, Table, conduct

__all__ = ["EXPERIMENTS", "Evidence", "Experiment", "Finding", "Picture", "Result", "Table", "run"]

EXPERIMENTS: dict[str, Experiment] = {
    "vectorization": Experiment(
        "Loops and products",
        "The slopes of logistic regression are the same by loops and by matrix products, and products are many times "
        "faster.",
        arrays.vectorization, (3, 2), {"sizes": ((2, 10), (10, 100), (100, 400))}),
    "symmetry": Experiment(
        "Breaking the symmetry",
        "Hidden units that start alike stay alike at every step, so that many do what one does; small random weights "
        "part them.",
        starts.symmetry, small={"steps": 1000}),
    "linear-collapse": Experiment(
        "Why g must not be linear",
        "However many layers of identity a network has, it is one linear layer W'x + b', and learns no more than that.",
        activations.linear_collapse, small={"depths": (1, 3), "steps": 1000}),
    "activations": Experiment(
        "Sigmoid, tanh, relu, leaky relu",
        "Sigmoid has the smallest slopes and saturates; from the same start J falls faster with tanh, relu and "
        "leaky relu.",
        activations.activations, small={"hidden": (20, 20, 20), "samples": 100, "steps": 400}),
    "initial-scale": Experiment(
        "How large the first weights are",
        "0.01 is right in a shallow network; in a deep one it lets the signal die, 1 lets it saturate or explode, "
        "and He's scale keeps it alive for relu.",
        starts.initial_scale, (5, 2), {"samples": 150, "steps": 300}),
    "cost-surface": Experiment(
        "Squared error and cross-entropy for logistic regression",
        "With squared error J is not convex in (w, b), and descents end in different places; with cross-entropy it is, "
        "and all end in one.",
        costs.cost_surface, (5, 2), {"starts": 12, "steps": 2000, "grid": 21}),
    "likelihood": Experiment(
        "Where cross-entropy comes from",
        "Cross-entropy is the negative logarithm of the labels' probability, per sample; its minimum finds the "
        "parameters that drew them.",
        costs.likelihood, small={"samples": (30, 300, 3000), "steps": 1000}),
    "learning-rate": Experiment(
        "Too small, good, too large, diverging",
        "Gradient descent crawls with a small learning rate, swings with a large one, and diverges beyond "
        "2 / (largest curvature of J).",
        choices.learning_rate, small={"flower_steps": 600}),
    "depth": Experiment(
        "Few units in many layers",
        "The parity of n bits takes 2 log2 n relu units in log2 n layers, but about n of them in one hidden layer.",
        parity.depth, (5, 2), {"bits_of_built": (2, 4, 8, 64), "bits_of_trained": (2, 3, 4), "steps": 500}),
    "hidden-units": Experiment(
        "How many hidden units",
        "On the flower 1 or 2 hidden units do little better than a line; 3 and more find the petals: 67.5, 67.25, "
        "90.75, 90.5 and 91.25 % with 1 to 5 units.",
        choices.hidden_units, (5, 2), {"units": (1, 2, 3, 4, 5)}),
    "hyperparameters": Experiment(
        "Many choices, one judge",
        "Costs and accuracies differ widely between choices of L, n[l], g, alpha and iterations; the validation cost "
        "finds one close to the best, and a better one than the training cost does.",
        choices.hyperparameters, small={"hidden": ((1,), (8,), (8, 8)), "iterations": (200, 1500)}),
    "cats": Experiment(
        "Cats, or not",
        "Four layers tell cats better than logistic regression: .80 against .70 of 50 test pictures (two layers: .72), "
        "as far as 50 pictures can say.",
        cats.cats, (4, 2), {"size": 16}, needs_data="the training .h5 file or a folder of pictures"),
    "regression-output": Experiment(
        "The output for a number that is never negative",
        "A network with identity for its output predicts negative numbers for a positive target; with relu or softplus "
        "it cannot.",
        costs.regression_output, small={"steps": 1000}),
    "broadcasting": Experiment(
        "The array of rank 1",
        "NumPy turns an array of shape (m,) into a matrix, or a number, without a word; the equations refuse it.",
        arrays.broadcasting),
}  # fmt: skip


def run(name: str, *, seed: int = 1, seeds: int | None = None, size: str = "full", **options: Any) -> Result:
    """Run an experiment.

    Parameters
    ----------
    name : str
        In the table `EXPERIMENTS`.
    seed : int
        The first seed; the others follow it.
    seeds : int, optional
        How many; the experiment's own number by default.
    size : {"full", "small"}
        "full" takes up to a minute on two cores (cats three), "small" a second or two.
    **options
        What the experiment may be varied by: the arguments of its function, such as ``g="tanh"`` of linear-collapse or
        ``data`` of cats. A variation may well break the claim.

    Returns
    -------
    Result
        Whether the claim held, the numbers on which it stands with their spread over the seeds, tables and pictures
        as plain data.

    Raises
    ------
    UnknownNameError
        If there is no such experiment, or it has no such option.
    SettingError
        If a number or size is outside what is allowed, or data are missing.

    Examples
    --------
    >>> result = run("likelihood", size="small", seeds=2)
    >>> result.held, result.seeds
    (True, (1, 2))
    """
    if name not in EXPERIMENTS:
        raise UnknownNameError.among("experiment", name, EXPERIMENTS)
    if size not in SIZES:
        raise UnknownNameError.among("size", size, SIZES)
    experiment = EXPERIMENTS[name]
    count = experiment.n_seeds[SIZES.index(size)] if seeds is None else seeds
    if not checks.is_count(count):
        raise SettingError(f"seeds: expected how many, a whole number of at least 1; got {seeds!r}")
    if not isinstance(seed, int) or seed < 0:
        raise SettingError(f"seed: expected a whole number of at least 0; got {seed!r}")
    return conduct(name, experiment, range(seed, seed + count), size, _known(experiment, options))


def _known(experiment: Experiment, options: dict[str, Any]) -> dict[str, Any]:
    from inspect import signature

    known = [name for name in signature(experiment.function).parameters if name != "seeds"]
    for name in options:
        if name not in known:
            raise UnknownNameError.among("option", name, known)
    return options
