"""What is asked of the models for tables, and the figures that answer it."""

from __future__ import annotations

from table_data import SHARED, TABLES, was_chosen_on
from table_models import BEST, CATBOOST, DEFAULT, FAST, LINEAR, MLP, REALMLP, TREES
from table_results import FLOOR, Results, geometric_mean, largest
from targets import Target, Verdict, verdicts_of

MANY_ROWS, WORST = 1000, 1.12
BEST_OF = (LINEAR, TREES, CATBOOST, REALMLP)
FORMER = {"adult": 0.1396, "telco": 0.1902, "titanic": 0.1809, "penguins": 0.0078, "california": 0.4497,
          "diamonds": 0.1521}  # errors of `default` before it was tuned on more than these  # fmt: skip
KEPT = tuple(name for name in TABLES if not was_chosen_on(name))
CHOSEN_ON = tuple(name for name in TABLES if was_chosen_on(name))
HALVES = {"all tables": TABLES, "chosen on": CHOSEN_ON, "kept apart": KEPT}
_ERRORS = ((DEFAULT, REALMLP, 0.92), (DEFAULT, CATBOOST, 0.95), (BEST, REALMLP, 0.90))
TARGETS = (
    *(Target("tables", f"1. error of {who} / {other}'s, {half}", f"{who} / {other}, {half}", "at most", limit, "")
      for who, other, limit in _ERRORS for half in ("all tables", "kept apart")),
    Target("tables", f"1. error of {DEFAULT} / that of the best of {', '.join(BEST_OF)}, the worst table", "worst",
           "at most", WORST, ""),
    Target("tables", f"2. seconds of {DEFAULT} / {REALMLP}'s, geometric mean", "time", "at most", 0.40, ""),
    Target("tables", f"2. seconds of {DEFAULT} / {REALMLP}'s, worst of the tables of 1,000 rows or more", "worst time",
           "at most", 0.50, ""),
    Target("tables", f"2. seconds of {DEFAULT}, 5,000 rows on 2 cores, the longest", "longest", "under", 20, " s"),
    Target("tables", f"2. seconds of {FAST} / {DEFAULT}'s, geometric mean", "fast time", "at most", 0.25, ""),
    Target("tables", f"2. error of {FAST} / {MLP}'s, the worst table", "fast", "at most", 1.05, ""),
    *(Target("tables", f"3. error of {DEFAULT} / the former, {name}", f"former, {name}", "at most", 1.01, "")
      for name in SHARED),
)  # fmt: skip


def figures(results: Results) -> dict[str, float | None]:
    """Return the figures that the targets are held against."""
    found: dict[str, float | None] = {}
    for who, other, _ in _ERRORS:
        for half, tables in HALVES.items():
            found[f"{who} / {other}, {half}"] = geometric_mean(results.ratios(who, [other], tables).values())
    for name, former in FORMER.items():
        error = results.error(DEFAULT, name, range(3))  # the seeds that these are means of
        found[f"former, {name}"] = None if error is None else error / max(former, FLOOR)
    on_two_cores = [row["seconds"] for table in TABLES for row in results.of.get((DEFAULT, table), [])
                    if row["cores"] == 2 and row["rows"] == 5000]  # fmt: skip
    return found | {
        "worst": largest(results.ratios(DEFAULT, BEST_OF)),
        "time": geometric_mean(results.times(DEFAULT, REALMLP).values()),
        "worst time": largest(results.times(DEFAULT, REALMLP, MANY_ROWS)),
        "longest": max(on_two_cores, default=None),
        "fast time": geometric_mean(results.times(FAST, DEFAULT).values()),
        "fast": largest(results.ratios(FAST, [MLP])),
    }


def above(results: Results) -> str:
    """Name the tables on which `default` is further behind the best of others than it may be, the worst first."""
    ratios = results.ratios(DEFAULT, BEST_OF)
    names = sorted((name for name in ratios if ratios[name] > WORST), key=ratios.__getitem__, reverse=True)
    return ", ".join(f"{name} {ratios[name]:.3f}" for name in names)


def judged(results: Results) -> list[Verdict]:
    """Hold the figures against what is asked."""
    return verdicts_of(TARGETS, figures(results))
