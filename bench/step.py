"""What does one training step cost: glassnet beside scikit-learn, PyTorch and JAX, and a whole fit, and its memory.

A step's time is the difference between a long and a one-epoch training over the difference in steps, so that setting up
does not count; the whole fit is that long training with it (JAX compiles in each; what `torch.compile` and glassnet
compile once is not counted). The libraries take turns within each repeat. Before that a check shows that they do the
same work: the same costs from the same weights. Memory is what a training adds to its own process at the peak. "before"
is version 0.1's compiled engine in a process of its own, which stays and is warm.

    python bench/step.py [--workloads 1,2,3] [--engine auto] [--before FOLDER] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import Any

import numpy as np

from _common import added_peak, in_own_process, machine
from _script import Options, options_of, parser_of, write_json
from baselines import COLUMNS, OURS, Baseline, baselines, train_glassnet
from glassnet import Network
from targets import Figures, line_of, verdicts
from workers import Worker
from workloads import (
    CHAINS,
    DROPOUT,
    LARGE,
    MIDDLE,
    QUICK,
    SMALL,
    WORKLOADS,
    Data,
    Workload,
    make_data,
    operations,
    title_of,
    types_of,
)

ONLY = {"torch.compile": (*MIDDLE, DROPOUT), "MLX": (*SMALL, CHAINS)}
MEMORY_WORKLOADS = (4, 5, LARGE, DROPOUT)
UNMEASURED = {"mlpack": "its Python package (4.8) trains no networks"}
CHECK_STEPS, CHECK_TOLERANCE = 6, 1e-9
PAUSE = 0.1  # seconds before each clock starts, for the threads of the last baseline to fall asleep


def baselines_of(number: int, there: dict[str, Baseline]) -> dict[str, Baseline]:
    """Return the baselines that a workload is measured with: a few that are too slow for all of them have their own."""
    return {name: fit for name, fit in there.items() if number in ONLY.get(name, WORKLOADS)}


def largest_difference(workload: Workload, there: dict[str, Baseline]) -> float:
    """Train a few full-batch steps from the same weights in float64; return the costs' largest relative difference.

    Adam's epsilon is made too small to count: scikit-learn adds it before the bias correction, the others after it.
    Without dropout, because each library draws its own units.
    """
    optimizer = "Adam" if workload.optimizer == "AdamW" else workload.optimizer  # scikit-learn has no decay of its kind
    workload = workload._replace(epsilon=1e-16, optimizer=optimizer, dropout=0.0)
    net = Network(
        workload.layers, [workload.hidden] * (len(workload.layers) - 2) + [workload.output], seed=1, dtype="float64"
    )
    start, data = list(zip(net.W, net.b, strict=True)), make_data(workload, "float64", batches=1)
    costs = []
    for name, fit in there.items():
        if name not in ("torch.compile", "MLX"):  # the same loop as PyTorch's; learning rates in float32 (1e-6 off)
            with suppress(NotImplementedError):
                costs.append(np.array(fit(workload, data, CHECK_STEPS, start)[1]))
    return float(abs(np.array(costs) / costs[0] - 1).max())


def seconds_of(fit: Baseline, workload: Workload, data: Data) -> tuple[float, float]:
    """Return a step's seconds, and those of a whole fit with all its setting up."""
    gc.collect()
    time.sleep(PAUSE)
    short = fit(workload, data, 1, None)[0]
    began = time.perf_counter()
    long = fit(workload, data, 1 + workload.epochs, None)[0]
    return (long - short) / (workload.epochs * workload.batches), time.perf_counter() - began


def measure_row(number: int, dtype: str, options: Options, there: dict[str, Baseline]) -> dict[str, Any]:
    """Return a workload's row: each library's median, interquartile range and ratio to ours, and who is absent."""
    workload = WORKLOADS[number]._replace(epochs=2) if options.quick else WORKLOADS[number]
    data, asked, absent = make_data(workload, dtype), baselines_of(number, there), {}
    for name, fit in list(asked.items()):
        try:
            fit(workload, data, 1, None)  # first touches and caches
        except NotImplementedError as error:
            absent[name] = str(error)
            del asked[name]
    engine = train_glassnet(options.engine, workload, data, 1 + workload.epochs)[1].engine
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(options.repeats):
        for name, fit in asked.items():
            taken[name].append(seconds_of(fit, workload, data))
    quartiles = {name: np.percentile(values, [25, 50, 75], axis=0) for name, values in taken.items()}
    step, whole = ({name: float(q[1, i]) for name, q in quartiles.items()} for i in range(2))
    ours = next(name for name in OURS if name in step)
    whole.pop("torch.compile", None)  # its compiling belongs to a whole fit, and was not counted
    return {
        "number": number,
        "workload": title_of(number, dtype),
        "engine": engine,
        "operations": operations(workload),
        "epochs": 1 + workload.epochs,
        "seconds": step,
        "iqr": {name: float(q[2, 0] - q[0, 0]) for name, q in quartiles.items()},
        "ratio": {name: value / step[ours] for name, value in step.items()},
        "whole_seconds": whole,
        "whole_ratio": {name: value / whole[ours] for name, value in whole.items()},
        "absent": absent | {name: "not installed" for name in COLUMNS if name not in there and name != "before"},
    }


def cells(values: dict[str, float], ratios: dict[str, float], unit: float) -> str:
    """Set each column's value and ratio."""
    return " ".join(
        f"{values[name] * unit:>7.1f}{ratios[name]:>5.1f}x" if name in values else f"{'-':>13}" for name in COLUMNS
    )


def lines_of(row: dict[str, Any]) -> str:
    """Set a row as two lines of the table, and a line for each baseline that was asked and is absent."""
    wide = max(row["iqr"][name] / row["seconds"][name] for name in row["iqr"])
    step = f"{row['number']} {row['workload']:<43}{cells(row['seconds'], row['ratio'], 1e6)} ±{wide:.0%}"
    fit = f"whole fit, {row['epochs']} epochs, ms"
    whole = f"  {fit:<43}{cells(row['whole_seconds'], row['whole_ratio'], 1e3)}"
    return "\n".join([step, whole, *(f"    {name}: {why}" for name, why in row["absent"].items())])


def training_peak(name: str, number: int, engine: str) -> int | None:
    """Return the bytes that a training adds to this process; a first, small one loads the libraries."""
    workload, fit = WORKLOADS[number], baselines(engine)[name]
    small = workload._replace(
        layers=tuple(min(n, 8) for n in workload.layers), batch=32, batches=min(workload.batches, 2)
    )
    try:
        fit(small, make_data(small, "float32"), 1, None)
    except NotImplementedError:
        return None
    data = make_data(workload, "float32")
    gc.collect()
    return added_peak(lambda: fit(workload, data, 1, None))


def measure_memory(numbers: Sequence[int], options: Options) -> list[dict[str, Any]]:
    """Return for each workload the bytes that each baseline's training adds, from a process of its own."""
    rows = []
    names = [name for name in baselines() if name not in ONLY] + ["before"] * (options.before is not None)
    print(f"\n{'memory that a training adds, MB':<45}" + " ".join(f"{name:>13}" for name in COLUMNS))
    for number in numbers:
        found = {}
        for name in names:
            source, asked = (options.before, ("glassnet", number, "compiled")) if name == "before" else (
                None, (name, number, options.engine))  # fmt: skip
            code = f"import json, step; print(json.dumps(step.training_peak(*{asked!r})))"
            found[name] = json.loads(in_own_process(code, source))
        known = {name: peak for name, peak in found.items() if peak is not None}
        ours = next(known[name] for name in OURS if name in known)
        ratio = {name: peak / ours for name, peak in known.items()}
        rows.append({"number": number, "workload": title_of(number, "float32"), "bytes": known, "ratio": ratio})
        print(f"{number} {rows[-1]['workload']:<43}{cells(known, ratio, 1e-6)}", flush=True)
    return rows


def measure(options: Options, numbers: Sequence[int] = tuple(WORKLOADS)) -> dict[str, Any]:
    """Measure the workloads, and print the tables."""
    numbers = [QUICK] if options.quick else numbers
    print("microseconds per step (median), and how many times ours; ±: the widest quartile distance of the row")
    print(f"{'  layers, batch, optimiser, type':<45}" + " ".join(f"{name:>13}" for name in COLUMNS))
    rows, difference = [], {}
    with nullcontext() if options.before is None else Worker(options.before) as before:
        there = baselines(options.engine, before)
        for number in numbers:
            difference[number] = largest_difference(WORKLOADS[number], there)
            for dtype in types_of(number):
                rows.append(measure_row(number, dtype, options, there))
                print(lines_of(rows[-1]), flush=True)
    memory = measure_memory([n for n in numbers if n in MEMORY_WORKLOADS], options)
    worst = max(difference.values())
    print(f"\nsame work: costs differ by at most {worst:.0e} over {CHECK_STEPS} full-batch steps in float64")
    if worst > CHECK_TOLERANCE:
        print(f"NOT THE SAME WORK: expected at most {CHECK_TOLERANCE:g}; the workloads' differences are {difference}")
    return {"workloads": rows, "memory": memory, "cost_difference": worst, "unmeasured": UNMEASURED}


def mean_of(values: Sequence[float | None]) -> float | None:
    """Return the mean; None where there is none, or one is not known."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None


def figures(result: dict[str, Any]) -> Figures:
    """Return what the targets are held against: ratios to ours, and our shares of version 0.1's time."""
    rows, found = result["workloads"], {"costs differ": result["cost_difference"]}
    for row in rows:
        found |= {f"{row['workload']}: {name}": ratio for name, ratio in row["ratio"].items()}
    for name in ("PyTorch", "scikit-learn"):
        found[f"middle: {name}"] = mean_of([row["ratio"].get(name) for row in rows if row["number"] in MIDDLE])
    shares = {(row["number"], row["workload"]): 1 / row["ratio"]["before"] for row in rows if "before" in row["ratio"]}
    found["before: mean"] = mean_of([share for (number, _), share in shares.items() if number in (*SMALL, *MIDDLE)])
    return {**found, "before: largest": max(shares.values(), default=None)}


def main() -> None:
    """Measure the workloads asked for, and print the table."""
    parser = parser_of("Time per training step, of a whole fit, and memory.")
    parser.add_argument(
        "--workloads",
        default=",".join(map(str, WORKLOADS)),
        help="numbers of the workloads, as 1,2,3: "
        + "; ".join(f"{number} is {workload.name}" for number, workload in WORKLOADS.items()),
    )
    asked = parser.parse_args()
    options = options_of(asked)
    numbers = [int(number) for number in asked.workloads.split(",") if number.isdecimal()]
    if not numbers or not WORKLOADS.keys() >= set(numbers):
        parser.error(
            f"--workloads: expected numbers of {', '.join(map(str, WORKLOADS))}, as 1,2,3; got {asked.workloads!r}"
        )
    about = machine()
    for key, value in about.items():
        print(f"{key:<14} {value}")
    print()
    result = measure(options, numbers)
    found = [] if options.quick else [row for row in verdicts("step", figures(result)) if row["measured"]]
    print(*map(line_of, found), sep="\n")
    if asked.json is not None:
        write_json(asked.json, {"machine": about, **result, "targets": found})


if __name__ == "__main__":
    main()
