"""What does one training step cost: glassnet beside scikit-learn, PyTorch and JAX, and a whole fit, and its memory.

A step's time is the difference between a long and a one-epoch training over the difference in steps, so that setting up
does not count; the whole fit is that long training with it (JAX compiles in each; what `torch.compile` and glassnet
compile once is not counted). The peers take turns within each repeat, and first show that they do the same work: from
the same weights, the same costs. Memory is what a training adds to its own process at the peak, in float32.

    python bench/step.py [--works 1,2,3] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from _common import added_peak, in_own_process, machine
from _script import Verdict, parser_of, verdict, write_json
from _script import line_of as line_of_verdict
from glassnet import Network
from peers import COLUMNS, OURS, PEERS, Peer
from works import DROPOUT, LARGE, MIDDLE, SMALL, WORKS, Data, Work, make_data, operations, types_of

SMALL_TORCH = {1: 12, 2: 10, 3: 8}  # at least so many times PyTorch's time, scikit-learn's, and JAX's
SMALL_SKLEARN, SMALL_JAX = 8, {1: 1 / 1.5, 2: 1, 3: 1}
MIDDLE_LEAST = {"PyTorch": 1.5, "scikit-learn": 3}
MEMORY_WORKS = (4, 5, LARGE, DROPOUT)
CHECK_STEPS, CHECK_TOLERANCE = 6, 1e-9
PAUSE = 0.1  # seconds before each clock starts, for the threads of the last peer to fall asleep


def peers_of(number: int) -> dict[str, Peer]:
    """Return the peers that a work is measured with; compiling takes PyTorch too long for all of them."""
    return {name: fit for name, fit in PEERS.items() if name != "torch.compile" or number in (*MIDDLE, DROPOUT)}


def largest_difference(work: Work) -> float:
    """Train a few full-batch steps from the same weights in float64; return the costs' largest relative difference.

    Adam's epsilon is made too small to count: scikit-learn adds it before the bias correction, the others after it.
    Without dropout, because each library draws its own units.
    """
    optimizer = "Adam" if work.optimizer == "AdamW" else work.optimizer  # scikit-learn has no decay of its kind
    work = work._replace(epsilon=1e-16, optimizer=optimizer, dropout=0.0)
    net = Network(work.layers, [work.hidden] * (len(work.layers) - 2) + [work.output], seed=1, dtype="float64")
    start, data = list(zip(net.W, net.b, strict=True)), make_data(work, "float64", batches=1)
    peers = (fit for name, fit in PEERS.items() if name != "torch.compile")  # the same loop as PyTorch's
    costs = np.array([fit(work, data, CHECK_STEPS, start)[1] for fit in peers])
    return float(abs(costs / costs[0] - 1).max())


def seconds_of(fit: Peer, work: Work, data: Data) -> tuple[float, float]:
    """Return a step's seconds, and those of a whole fit with all its setting up."""
    gc.collect()
    time.sleep(PAUSE)
    short = fit(work, data, 1, None)[0]
    began = time.perf_counter()
    long = fit(work, data, 1 + work.epochs, None)[0]
    return (long - short) / (work.epochs * work.batches), time.perf_counter() - began


def measure_row(number: int, dtype: str, repeats: int) -> dict[str, Any]:
    """Return a work's row: each peer's median, spread (quartile distance) and ratio to ours, and who is absent."""
    work = WORKS[number]
    data, peers, absent = make_data(work, dtype), peers_of(number), {}
    for name, fit in list(peers.items()):
        try:
            fit(work, data, 1, None)  # first touches and caches
        except NotImplementedError as error:
            absent[name] = str(error)
            del peers[name]
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
    for _ in range(repeats):
        for name, fit in peers.items():
            taken[name].append(seconds_of(fit, work, data))
    quartiles = {name: np.percentile(values, [25, 50, 75], axis=0) for name, values in taken.items()}
    step, whole = ({name: float(q[1, i]) for name, q in quartiles.items()} for i in range(2))
    ours = next(name for name in OURS if name in step)
    whole.pop("torch.compile", None)  # its compiling belongs to a whole fit, and was not counted
    return {
        "number": number,
        "work": f"{work.name}, {dtype}",
        "operations": operations(work),
        "epochs": 1 + work.epochs,
        "seconds": step,
        "spread": {name: float(q[2, 0] - q[0, 0]) for name, q in quartiles.items()},
        "ratio": {name: value / step[ours] for name, value in step.items()},
        "whole_seconds": whole,
        "whole_ratio": {name: value / whole[ours] for name, value in whole.items()},
        "absent": absent | {name: "not installed" for name in COLUMNS if name not in PEERS},
    }


def cells(values: dict[str, float], ratios: dict[str, float], unit: float) -> str:
    """Set each column's value and ratio."""
    return " ".join(
        f"{values[name] * unit:>7.1f}{ratios[name]:>5.1f}x" if name in values else f"{'-':>13}" for name in COLUMNS
    )


def lines_of(row: dict[str, Any]) -> str:
    """Set a row as two lines of the table, and a line for each peer that was asked and is absent."""
    wide = max(row["spread"][name] / row["seconds"][name] for name in row["spread"])
    step = f"{row['number']} {row['work']:<43}{cells(row['seconds'], row['ratio'], 1e6)} ±{wide:.0%}"
    fit = f"whole fit, {row['epochs']} epochs, ms"
    whole = f"  {fit:<43}{cells(row['whole_seconds'], row['whole_ratio'], 1e3)}"
    return "\n".join([step, whole, *(f"    {name}: {why}" for name, why in row["absent"].items())])


def training_peak(name: str, number: int) -> int | None:
    """Return the bytes that a training adds to this process; a first, small one loads the libraries."""
    work = WORKS[number]
    small = work._replace(layers=tuple(min(n, 8) for n in work.layers), batch=32, batches=min(work.batches, 2))
    try:
        PEERS[name](small, make_data(small, "float32"), 1, None)
    except NotImplementedError:
        return None
    data = make_data(work, "float32")
    gc.collect()
    return added_peak(lambda: PEERS[name](work, data, 1, None))


def measure_memory(numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return for each work the bytes that each peer's training adds, from a process of its own."""
    rows = []
    print(f"\n{'memory that a training adds, MB':<45}" + " ".join(f"{name:>13}" for name in COLUMNS))
    for number in numbers:
        asked = {name: f"import json, step; print(json.dumps(step.training_peak({name!r}, {number})))"
                 for name in PEERS if name != "torch.compile"}  # fmt: skip
        found = {name: json.loads(in_own_process(code)) for name, code in asked.items()}
        known = {name: peak for name, peak in found.items() if peak is not None}
        ours = next(known[name] for name in OURS if name in known)
        ratio = {name: peak / ours for name, peak in known.items()}
        rows.append({"number": number, "work": f"{WORKS[number].name}, float32", "bytes": known, "ratio": ratio})
        print(f"{number} {rows[-1]['work']:<43}{cells(known, ratio, 1e-6)}", flush=True)
    return rows


def measure(repeats: int, quick: bool = False, numbers: Sequence[int] = tuple(WORKS)) -> dict[str, Any]:
    """Measure the works, and print the tables."""
    numbers = [n for n in numbers if n in SMALL] if quick else numbers
    print("microseconds per step (median), and how many times ours; ±: the widest quartile distance of the row")
    print(f"{'  layers, batch, optimiser, type':<45}" + " ".join(f"{name:>13}" for name in COLUMNS))
    rows, difference = [], {}
    for number in numbers:
        difference[number] = largest_difference(WORKS[number])
        for dtype in types_of(number):
            rows.append(measure_row(number, dtype, 1 if quick else repeats))
            print(lines_of(rows[-1]), flush=True)
    memory = measure_memory([n for n in numbers if n in MEMORY_WORKS])
    worst = max(difference.values())
    print(f"\nsame work: the peers' costs differ by at most {worst:.0e} over {CHECK_STEPS} full-batch steps in float64")
    if worst > CHECK_TOLERANCE:
        print(f"NOT THE SAME WORK: expected at most {CHECK_TOLERANCE:g}; the works' differences are {difference}")
    return {"works": rows, "memory": memory, "cost_difference": worst}


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold the ratios against what is asked of them."""
    found = []

    def judge(what: str, ratios: list[float | None], least: float) -> None:
        known = [ratio for ratio in ratios if ratio is not None]
        mean = float(np.mean(known)) if known and len(known) == len(ratios) else None
        found.append(verdict(what, mean, mean is not None and mean >= least))

    for row in result["works"]:
        ratio, number, work = row["ratio"], row["number"], row["work"]
        if number in SMALL:
            least = {"PyTorch": SMALL_TORCH[number], "scikit-learn": SMALL_SKLEARN, "JAX": SMALL_JAX[number]}
            for name, times in least.items():
                judge(f"1. {work}: at least {times:.3g}x {name}", [ratio.get(name)], times)
        else:
            point = "2." if number in MIDDLE else "also:"
            for name in ("scikit-learn", "PyTorch"):
                if row["absent"].get(name) in (None, "not installed"):  # there is nothing to be slower than
                    judge(f"{point} {work}: not slower than {name}", [ratio.get(name)], 1)
    middle = [row["ratio"] for row in result["works"] if row["number"] in MIDDLE]
    for name, least in MIDDLE_LEAST.items() if middle else ():
        judge(f"2. middle works, on average: at least {least}x {name}", [ratio.get(name) for ratio in middle], least)
    same = result["cost_difference"]
    return [*found, verdict("also: all peers do the same work (costs differ)", same, same <= CHECK_TOLERANCE, "")]


def main() -> None:
    """Measure the works asked for, and print the table."""
    parser = parser_of("Time per training step, of a whole fit, and memory.")
    parser.add_argument(
        "--works",
        default=",".join(map(str, WORKS)),
        help="numbers of the works, as 1,2,3: "
        + "; ".join(f"{number} is {work.name}" for number, work in WORKS.items()),
    )
    asked = parser.parse_args()
    numbers = [int(number) for number in asked.works.split(",") if number.isdecimal()]
    if not numbers or not WORKS.keys() >= set(numbers):
        parser.error(f"--works: expected numbers of {', '.join(map(str, WORKS))}, as 1,2,3; got {asked.works!r}")
    about = machine()
    for key, value in about.items():
        print(f"{key:<14} {value}")
    print()
    result = measure(asked.repeats, asked.quick, numbers)
    targets = verdicts(result)
    print(*map(line_of_verdict, targets), sep="\n")
    if asked.json is not None:
        write_json(asked.json, {"machine": about, **result, "targets": targets})


if __name__ == "__main__":
    main()
