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

# In the order of the files; each row stands below its function.
EXPERIMENTS: dict[str, Experiment] = {
    name: experiment
    for module in (arrays, starts, activations, costs, choices, parity, cats)
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
    return conduct(name, experiment, range(seed, seed + count), size, _known(experiment, options))


def _known(experiment: Experiment, options: dict[str, Any]) -> dict[str, Any]:
    from inspect import signature

    known = [name for name in signature(experiment.function).parameters if name != "seeds"]
    for name in options:
        if name not in known:
            raise UnknownNameError.among("option", name, known)
    return options
