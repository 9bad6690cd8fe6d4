"""The textbook's claims as experiments, and the grader: plain results, nothing drawn.

>>> from glassnet import lessons
>>> result = lessons.run("broadcasting", size="small")
>>> result.held
True
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from glassnet.core import checks
from glassnet.errors import GlassnetError, SettingError, UnknownNameError
from glassnet.lessons import (
    activations,
    arrays,
    biases,
    blocks,
    broadcasting,
    cats,
    choices,
    costs,
    data_and_size,
    derivatives,
    labels,
    layers,
    loss_curves,
    parity,
    pictures,
    relu,
    starts,
    zero_mean,
)
from glassnet.lessons.experiment import SIZES, Evidence, Experiment, Finding, Picture, Table
from glassnet.lessons.options import checked, known_options, read_options
from glassnet.lessons.progress import part
from glassnet.lessons.result import Result, conduct
from glassnet.lessons.variation import Variation

__all__ = [
    "EXPERIMENTS",
    "SUBJECTS",
    "Evidence",
    "Experiment",
    "Finding",
    "Picture",
    "Result",
    "Table",
    "Variation",
    "read_changes",
    "run",
    "vary",
]

# By subject, as a course has them; each row stands below its function.
SUBJECTS: dict[str, tuple[ModuleType, ...]] = {
    "Arrays": (arrays, broadcasting, pictures),
    "Logistic regression": (labels, loss_curves, costs, layers),
    "Activations": (derivatives, activations, zero_mean, relu),
    "Layers": (blocks, parity),
    "Starts": (starts, biases),
    "Choices": (choices, data_and_size, cats),
}
EXPERIMENTS: dict[str, Experiment] = {
    name: experiment
    for modules in SUBJECTS.values()
    for module in modules
    for name, experiment in module.EXPERIMENTS.items()
}


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
        What varies the experiment: the arguments of its function, such as ``g="tanh"`` of linear-collapse or
        ``data`` of cats. A variation may well break the claim.

    Returns
    -------
    Result
        Whether the claim held, the numbers on which it stands with their range over the seeds, tables and pictures
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
    return conduct(name, experiment, range(seed, seed + count), size, checked(experiment.function, options))


def read_changes(name: str, text: str) -> dict[str, Any]:
    """Read what is changed of an experiment.

    Parameters
    ----------
    name : str
        In the table `EXPERIMENTS`.
    text : str
        ``option=value``, several with commas between.

    Returns
    -------
    dict
        As `vary` takes it, each value of the type of the option's default.

    Raises
    ------
    UnknownNameError
        If there is no such experiment, or it has no such option.
    SettingError
        If it is no such text.

    Examples
    --------
    >>> read_changes("symmetry", "hidden=1,alpha=3")
    {'units': 1, 'learning_rate': 3.0}
    """
    if name not in EXPERIMENTS:
        raise UnknownNameError.among("experiment", name, EXPERIMENTS)
    return read_options(EXPERIMENTS[name].function, text)


def vary(name: str, changes: dict[str, Any], **how: Any) -> Variation:
    """Run an experiment as it is, and once more with something changed.

    Parameters
    ----------
    name : str
        In the table `EXPERIMENTS`.
    changes : dict
        What is changed: arguments of the experiment's function.
    **how
        As `run` takes it, for both.

    Returns
    -------
    Variation
        Both results, and what the change did to each number.

    Raises
    ------
    UnknownNameError
        If there is no such experiment, or it has no such option.
    SettingError
        If the experiment cannot run with these values.

    Examples
    --------
    >>> found = vary("symmetry", {"units": 1}, size="small", seeds=2)
    >>> found.before.held, found.after.held
    (True, False)
    """
    with part(0.0, 0.5):
        before = run(name, **how)
    try:
        with part(0.5, 1.0):
            after = run(name, **{**how, **changes})
    except GlassnetError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, StopIteration) as error:
        values = ", ".join(f"{option}={value!r}" for option, value in changes.items())
        reason = f"{type(error).__name__}: {error}"
        raise SettingError(f"{name} cannot run with {values} ({reason}); give as many values as it has") from None
    experiment = EXPERIMENTS[name]
    small = experiment.small if before.size == "small" else {}
    usual = {**known_options(experiment.function), **small, **before.options}
    new = checked(experiment.function, changes)
    return Variation(before, after, {option: (usual[option], value) for option, value in new.items()})
