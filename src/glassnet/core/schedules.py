"""The table of schedules: name -> the factor on the learning rate at time t of T, both in epochs.

`factor(t, T, costs)` is a pure function; `costs` holds the cost of each finished epoch (the validation cost where there
is one), which only plateau uses. Sources: cosine Loshchilov and Hutter 2017; warmup Goyal et al. 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import cos, pi
from typing import NamedTuple

from glassnet.core.names import Option


class Schedule(NamedTuple):
    """One entry of the table; TeX names an option as <drop>."""

    factor: Callable[..., float]
    formula: str
    tex: str = ""
    options: Mapping[str, Option] = {}
    reads_costs: bool = False                         # a step then needs the costs of all epochs before it


def constant(t: float, T: float, costs: Sequence[float]) -> float:
    return 1.0


def step(t: float, T: float, costs: Sequence[float], drop: float = 0.5, every: float = 10) -> float:
    return float(drop ** (t // every))


def exponential(t: float, T: float, costs: Sequence[float], decay: float = 0.95) -> float:
    return float(decay**t)


def inverse_scaling(t: float, T: float, costs: Sequence[float], power: float = 0.5) -> float:
    return float((1 + t) ** -power)


# Loshchilov and Hutter 2017, one period without restarts
def cosine(t: float, T: float, costs: Sequence[float]) -> float:
    return 0.5 * (1 + cos(pi * min(t / T, 1)))


# Goyal et al. 2017 for the warm-up
def warmup_cosine(t: float, T: float, costs: Sequence[float], warmup: float = 0.1) -> float:
    rise = warmup * T
    return max(t, 0.01 * rise) / rise if t < rise else cosine(t - rise, T - rise or 1, costs)


def plateau(t: float, T: float, costs: Sequence[float], drop: float = 0.5, patience: float = 10) -> float:
    factor, best, waited = 1.0, float("inf"), 0
    for value in costs:
        best, waited = (value, 0) if value < best else (best, waited + 1)
        if waited >= patience:
            factor, waited = factor * drop, 0
    return factor


_DROP = {"drop": Option(0.5, "(0, 1]")}

SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(constant, "1", "1"),
    "step": Schedule(
        step, "drop^floor(t / every)", r"<drop>^{k}, \quad k \le \frac{t}{<every>} < k + 1",
        {**_DROP, "every": Option(10, "(0, inf)")}),
    "exponential": Schedule(exponential, "decay^t", "<decay>^{t}", {"decay": Option(0.95, "(0, 1]")}),
    "inverse_scaling": Schedule(
        inverse_scaling, "(1 + t)^-power", "(1 + t)^{-<power>}", {"power": Option(0.5, "[0, inf)")}),
    "cosine": Schedule(cosine, "(1 + cos(pi t / T)) / 2", r"\frac{1}{2} (1 + \cos \frac{\pi t}{T})"),
    "warmup_cosine": Schedule(
        warmup_cosine, "t / (warmup T), then cosine",
        r"\cases{\frac{t}{<warmup> T} & t < <warmup> T \\ "
        r"\frac{1}{2} (1 + \cos \pi \frac{t - <warmup> T}{T - <warmup> T}) & t \ge <warmup> T}",
        {"warmup": Option(0.1, "[0, 1]")}),
    "plateau": Schedule(
        plateau, "times drop after `patience` epochs without a lower cost", "<drop>^{k}",
        {**_DROP, "patience": Option(10, "[1, inf)")}, reads_costs=True),
}
