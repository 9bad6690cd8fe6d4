"""docs/tables.md and its picture, made of measured fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from table_data import OWN_SPLIT, TABLES, kind_of, was_chosen_on
from table_models import BEST, CATBOOST, CHANGES, COLUMNS, DEFAULT, REALMLP, TABM, TREES
from table_results import FLOOR, Results, Row, geometric_mean, machines, number, over, read
from table_targets import BEST_OF, HALVES, MANY_ROWS, WORST, above, judged
from targets import WORDS, line_of

HERE = Path(__file__).parent
PAGE, PLOT = HERE.parent / "docs/tables.md", HERE.parent / "docs/tables/errors.svg"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, numbers to the right."""
    return ["", f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1), *(f"| {' | '.join(r)} |" for r in rows)]


def by_model(results: Results) -> list[str]:
    """Return each model's geometric means and ratios, of all tables and of both halves."""
    rows = []
    for who in results.who(COLUMNS):
        errors = {name: results.error(who, name) for name in TABLES}
        n = sum(error is not None for error in errors.values())
        means = [number(geometric_mean(errors[name] for name in tables)) for tables in HALVES.values()]
        ratios = [over(results.ratios(who, [other], tables).values()) if who != other else "1"
                  for other in (REALMLP, CATBOOST) for tables in HALVES.values()]  # fmt: skip
        rows.append([who if n == len(TABLES) else f"{who} ({n} tables)", *means, *ratios])
    halves = [half for half in HALVES if half != "all tables"]
    return table(["model", *HALVES, f"/ {REALMLP}", *halves, f"/ {CATBOOST}", *halves], rows)


def time_and_trust(results: Results) -> list[str]:
    """Return each model's seconds, and the means of log loss and calibration on tables that all were measured on."""
    models, rows = results.who(COLUMNS), []
    common = [name for name in TABLES if all(results.mean(who, name, "log_loss") is not None for who in models)]
    for who in models:
        every, many = (list(results.seconds(who, least).values()) for least in (0, MANY_ROWS))
        trust = [np.mean([results.mean(who, name, key) or 0 for name in common]) if common else None
                 for key in ("log_loss", "calibration")]  # fmt: skip
        rows.append([who, number(geometric_mean(every), 2), number(geometric_mean(many), 2),
                     number(max(many, default=None), 1), number(trust[0]), number(trust[1], 4)])  # fmt: skip
    return table(["model", "seconds", "of 1,000 rows or more", "the longest", "log loss", "calibration"], rows)


def seeds_of(results: Results) -> str:
    """Say how many seeds a table was measured with."""
    counts = {len({row["seed"] for row in fits}) for (who, name), fits in results.of.items() if who == DEFAULT
              and name in TABLES}  # fmt: skip
    low, high = min(counts, default=0), max(counts, default=0)
    return (f"{high} seeds" if high > 1 else "one seed") if low == high else f"{low} to {high} seeds"


def by_table(results: Results) -> list[str]:
    """Return each table's errors."""
    models = results.who(COLUMNS)
    rows = []
    for name in TABLES:
        fits = [row for who in models for row in results.of.get((who, name), [])]
        if fits:
            errors = [number(results.mean(who, name, "error"), 4) for who in models]
            mark = "" if was_chosen_on(name) else " *"
            worst = number(results.ratio(DEFAULT, BEST_OF, name))
            seconds = number(results.times(DEFAULT, REALMLP).get(name))
            rows.append([name + mark, f"{fits[0]['rows']:,}", *errors, worst, seconds])
    return table(["table", "rows", *models, "default / best of the four", f"seconds / {REALMLP}'s"], rows)


def by_class_table(results: Results) -> list[str]:
    """Return log loss and calibration on each table of classes."""
    models, rows = results.who(COLUMNS), []
    for name in (name for name in TABLES if kind_of(name) == "classes"):
        pairs = [(results.mean(who, name, "log_loss"), results.mean(who, name, "calibration")) for who in models]
        if any(pair != (None, None) for pair in pairs):
            rows.append([name, *(f"{number(loss)} ({number(off)})" for loss, off in pairs)])
    return table(["table", *models], rows)


def worth(results: Results, change: str) -> list[str]:
    """Return the cells of a change: its error over `default`'s, where it is worse, its log loss and seconds."""
    ratios = results.ratios(change, [DEFAULT])
    kept = [ratio for name, ratio in ratios.items() if not was_chosen_on(name)]
    loss = results.ratios(change, [DEFAULT], key="log_loss")
    worst = max(ratios, key=ratios.__getitem__)
    worse = sum(ratio > 1.01 for ratio in ratios.values())
    seconds = geometric_mean(results.times(change, DEFAULT).values())
    return [over(ratios.values()), over(kept), str(len(ratios)), str(worse), f"{worst} {ratios[worst]:.2f}",
            over(loss.values()), number(seconds, 2)]  # fmt: skip


def ablation(results: Results) -> list[str]:
    """Return what each part is worth."""
    changes = dict.fromkeys([*CHANGES, *(who for who, _ in results.of if who.startswith("always "))])
    rows = [[change, *worth(results, change)] for change in changes if results.ratios(change, [DEFAULT])]
    if not rows:
        return []
    head = ["change", "error / default's", "kept apart", "tables", "worse by 1 %", "the worst",
            "log loss / default's", "seconds / default's"]  # fmt: skip
    return [
        "",
        "## What each part is worth",
        "",
        "`default` with one part changed: the geometric mean over tables of its error over `default`'s, above 1 where",
        "the part helps, ± the standard error of that mean over tables.",
        *table(head, rows),
    ]


def tried(results: Results) -> list[str]:
    """Return what was tried and not taken, and why."""
    ratio, times = results.ratios(TABM, [DEFAULT]), results.times(TABM, DEFAULT)
    whole = f": {over(ratio.values())} of `default`'s error on {len(ratio)} tables" if len(ratio) > 1 else ""
    cpu = all(row.get("device") == "cpu" for (who, _), rows in results.of.items() if who == TABM for row in rows)
    whole += f", in {number(geometric_mean(times.values()), 1)} times its seconds" if times and cpu else ""
    return [
        "",
        "## Tried and not taken",
        "",
        "On one split of few tables each, before the recipes above:",
        "",
        "- Weights that all networks share, each with scales of its own (TabM, arXiv 2410.24210): at equal operations",
        "  not better than four networks of the deep recipe. Shared weights learn from every row, so none is left out",
        "  for the choice of a recipe, the temperature and intervals.",
        "- Periodic embeddings of numbers (RealMLP's PBLD, arXiv 2407.04491) in place of bins: worse on three tables,",
        "  equal on one.",
        *([f"- TabM-mini with piecewise-linear embeddings, as it is published{whole}."] if whole else []),
    ]


def page(results: Results, on: list[Row]) -> str:
    """Return docs/tables.md."""
    found = judged(results)
    there = [name for name in TABLES if any(name == table for _, table in results.of)]
    on_gpu = any(row.get("device") == "cuda" for (who, _), rows in results.of.items() if who == TABM for row in rows)
    lines = [
        "# Tables",
        "",
        "Written by `.venv/bin/python bench/tables.py --report bench/tables.jsonl` from what `bench/tables.py`",
        "measured; its text says how. An error is the share of wrong labels, or the root mean squared error over the",
        f"standard deviation of the test targets: the mean of {seeds_of(results)}, 5,000 training rows at most. In",
        f"geometric means and ratios an error below {FLOOR} counts as {FLOOR}. Of the {len(there)} tables, "
        f"{sum(map(was_chosen_on, there))} had a say when",
        "settings were chosen (by a hash of the name; the six known longest always); the others (*) only show what",
        "came of it.",
        "",
        "Geometric means of errors, and of errors over another model's, ± the standard error over tables:",
        *by_model(results),
        "",
        f"Seconds of a fit (cores: {results.cores}): geometric means over all tables, over those of 1,000 training",
        "rows or more, and the longest; log loss and expected calibration error (15 bins): means over the tables of",
        "classes:",
        *time_and_trust(results),
        *(["", f"{TABM} trained on a graphics processor, which its seconds are of."] if on_gpu else []),
        "",
        "![Errors of three models on each table](tables/errors.svg)",
        "",
        "## What was asked",
        *table(["", "asked", "measured", "met"], [
            [each["target"], each["asked"], each["measured"] or "-", WORDS[each["met"]]] for each in found]),
        "",
        f"Above {WORST} of the best: {above(results) or 'none'}.",
        "",
        "## Each table",
        "",
        f"The last but one column is the error of `default` over the least of {', '.join(BEST_OF)}.",
        *by_table(results),
        "",
        "## Log loss, and expected calibration error in brackets",
        *by_class_table(results),
    ]  # fmt: skip
    own = {who: results.of.get((who, OWN_SPLIT)) for who in (DEFAULT, BEST)}
    said = [f"`{who.removeprefix('glassnet ')}` {1 - rows[0]['error']:.4f} in {rows[0]['seconds']:.0f} s"
            for who, rows in own.items() if rows]  # fmt: skip
    if said:
        lines += ["", f"Accuracy on adult with its own split, all 32,561 training rows: {', '.join(said)}."]
    lines += ablation(results) + tried(results)
    for each in on:
        described = ", ".join(f"{key} {value}" for key, value in each.items() if isinstance(value, str | int))
        lines += ["", f"Measured on: {described}."]
    return "\n".join([*lines, ""])


def plot(results: Results) -> None:
    """Draw, for each table, the errors of three models over RealMLP-TD-S's."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    of = {who: results.ratios(who, [REALMLP]) for who in (DEFAULT, CATBOOST, TREES)}
    names = sorted(of[DEFAULT], key=of[DEFAULT].__getitem__, reverse=True)
    figure, axes = plt.subplots(figsize=(9, 0.2 * len(names) + 1.2))
    for (who, ratios), mark in zip(of.items(), "ox|", strict=True):
        at = [i for i, name in enumerate(names) if name in ratios]
        axes.plot([ratios[names[i]] for i in at], at, mark, label=who)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set(xscale="log", xlabel=f"error / error of {REALMLP}", ylim=(-1, len(names)))
    axes.set_yticks(range(len(names)), [name if was_chosen_on(name) else f"{name} *" for name in names], fontsize=7)
    ticks = [0.25, 0.5, 0.7, 1, 1.4, 2, 4]
    axes.set_xticks(ticks, map(str, ticks))
    axes.minorticks_off()
    axes.legend(fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    PLOT.parent.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(PLOT, metadata={"Date": None})
    plt.close(figure)


def write(paths: Sequence[Path], to: Path = PAGE) -> None:
    """Write the page and its picture, and print what was asked and what came of it."""
    results = Results(read(paths))
    to.write_text(page(results, machines(paths)), encoding="utf-8")
    if results.ratios(DEFAULT, [REALMLP]):
        plot(results)
    print(*map(line_of, judged(results)), sep="\n")
    print(f"above {WORST} of the best: {above(results) or 'none'}")
