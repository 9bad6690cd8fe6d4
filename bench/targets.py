"""The targets: what is asked of the figures that the parts measure, as one table."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from workloads import CHAINS, DROPOUT, LARGE, MIDDLE, SMALL, WORKLOADS, title_of, types_of

Figures = Mapping[str, float | None]  # of a part; None, or not there: not measured
Verdict = dict[str, Any]  # target, asked, measured (the number), met (True, False, or None: not measured)
WORDS = {True: "met", False: "not met", None: "not measured"}
COMPARISONS = {"at least": operator.ge, "at most": operator.le, "under": operator.lt}


class Target(NamedTuple):
    """A row of the table; a target that is a text names the figure that this one is held against."""

    part: str
    name: str
    figure: str
    comparison: str
    target: float | str
    unit: str = "x"
    needs: str = ""  # a figure that is 0 where the processor lacks it: nothing is decided then


FASTER = {1: {"PyTorch": 50, "scikit-learn": 25, "JAX": 1 / 1.5},
          2: {"PyTorch": 20, "scikit-learn": 8, "JAX": 1},
          3: {"PyTorch": 10, "scikit-learn": 8, "JAX": 1}}  # fmt: skip
NOT_SLOWER = {**dict.fromkeys((*MIDDLE, CHAINS, LARGE), ("PyTorch", "scikit-learn")), DROPOUT: ("PyTorch", "JAX")}

TARGETS = (
    *(Target("step", f"1. {title_of(number, 'float32')}: faster than {name}", f"{title_of(number, 'float32')}: {name}",
             "at least", least) for number in SMALL for name, least in FASTER[number].items()),
    *(Target("step", f"{'2.' if number in MIDDLE else 'also:'} {title}: not slower than {name}", f"{title}: {name}",
             "at least", 1)
      for number, names in NOT_SLOWER.items() for name in names
      for title in (title_of(number, dtype) for dtype in types_of(number))),
    Target("step", "2. middle workloads, on average: faster than PyTorch", "middle: PyTorch", "at least", 2),
    Target("step", "2. middle workloads, on average: faster than scikit-learn", "middle: scikit-learn", "at least",
           2.5),
    Target("step", "2. share of version 0.1's warm time, small and middle workloads, on average", "before: mean",
           "at most", 0.8, ""),
    Target("step", "2. share of version 0.1's warm time, the largest of all workloads", "before: largest",
           "at most", 1, ""),
    Target("step", "also: all libraries do the same work (costs differ)", "costs differ", "at most", 1e-9, ""),
    Target("roofline", f"3. {WORKLOADS[LARGE].name}: share of the rate of the fastest library's float32 product",
           "libraries", "at least", 0.9, ""),
    Target("roofline", f"3. {WORKLOADS[LARGE].name}: share of the rate of glassnet's own float32 product",
           "own", "at least", 0.9, ""),
    Target("roofline", "3. bfloat16 with AMX: faster than PyTorch float32", "bfloat16: PyTorch float32", "at least", 3,
           needs="AMX"),
    Target("roofline", "3. bfloat16 with AMX: faster than PyTorch autocast", "bfloat16: PyTorch autocast", "at least",
           1, needs="AMX"),
    Target("search", "4. search of 100 fits with AVX2: faster than GridSearchCV", "GridSearchCV", "at least", 6),
    Target("search", "4. search of 100 fits with AVX-512: faster than GridSearchCV", "GridSearchCV", "at least", 8,
           needs="AVX-512"),
    Target("search", "4. search of 100 fits: times its matrix products alone", "products alone", "at most", 1.6),
    Target("search", "4. same candidate chosen, or a better score (difference)", "gain", "at least", 0, ""),
    Target("start", "5. whole process, share of scikit-learn's script: one network", "glassnet", "under", 0.6),
    Target("start", "5. whole process, share of scikit-learn's script: no settings, 16 networks", "no settings",
           "under", 0.6),
    *(Target("memory", f"6. {interface}: {what} peaks, times the array", f"{interface}: {what}", "under", 1.25)
      for interface in ("Network", "MLPClassifier") for what in ("training", "predicting")),
    Target("scaling", "7. exponent of m", "m", "at most", 1.02, ""),
    Target("scaling", "7. exponent of width, beside the products' own", "width", "at most", "products", ""),
    Target("scaling", "7. seconds are a line in depth (R²)", "depth", "at least", 0.99, ""),
    Target("first", "8. first step done after `fit` is called, small and middle workloads, the slowest", "first step",
           "at most", 50, " ms"),
    Target("first", "8. 1,120 steps of 64-64-10 in a fresh process", "1,120 steps", "under", 0.15, " s"),
    Target("threads", "9. two cores against one, middle workloads, on average", "mean", "at least", 1.6),
    Target("weight", "11. import, share of version 0.1's time", "import", "at most", 1),
    Target("weight", "11. dependencies installed, share of version 0.1's bytes", "dependency_bytes", "under", 1),
    Target("mnist", "10. handwritten digits (MNIST) to 0.972: share of scikit-learn's time", "share", "at most", 0.5),
    Target("mnist", "10. handwritten digits, best setting: accuracy", "best: accuracy", "at least", 0.986, ""),
    Target("mnist", "10. handwritten digits, best setting: longest run", "best: seconds", "under", 360, " s"),
)  # fmt: skip


def verdict(target: Target, figures: Figures) -> Verdict:
    """Hold a figure against its target."""
    limit = figures.get(target.target) if isinstance(target.target, str) else target.target
    measured, asked = figures.get(target.figure), "" if limit is None else f"{limit:.4g}{target.unit}"
    row: Verdict = {"target": target.name, "asked": f"{target.comparison} {asked}".strip(), "met": None, "measured": ""}
    if measured is None:
        return row
    row["measured"] = f"{measured:.3g}{target.unit}"
    if target.needs and not figures.get(target.needs):
        row["measured"] += f" (without {target.needs})"
    elif limit is not None:
        row["met"] = bool(COMPARISONS[target.comparison](measured, limit))
    return row


def verdicts(part: str, figures: Figures) -> list[Verdict]:
    """Hold a part's figures against what is asked of them."""
    return verdicts_of([target for target in TARGETS if target.part == part], figures)


def verdicts_of(targets: Iterable[Target], figures: Figures) -> list[Verdict]:
    """Hold figures against some targets."""
    return [verdict(target, figures) for target in targets]


def place_of(verdict: Verdict) -> tuple[float, str]:
    """Return what sorts verdicts: the number that a target begins with, then its name."""
    number = verdict["target"].partition(".")[0]
    return (float(number) if number.isdecimal() else float("inf"), verdict["target"])


def line_of(verdict: Verdict) -> str:
    """Set a verdict as a line."""
    asked = f" (asked: {verdict['asked']})" if verdict.get("asked") else ""
    return f"{WORDS[verdict['met']]:<13}{verdict['target']}: {verdict['measured'] or '-'}{asked}"
