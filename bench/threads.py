"""What a second core gives: the middle workloads by two processes that stay, one held to a core, in turn.

python bench/threads.py [--engine auto] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import os
from functools import partial
from statistics import median
from typing import Any

from _common import cores
from _script import Options, script
from baselines import fit_by
from step import mean_of, seconds_of
from targets import Figures
from workers import Worker
from workloads import MIDDLE, QUICK, WORKLOADS, make_data, title_of, types_of


def measure(options: Options) -> dict[str, Any]:
    """Return a row for each workload: seconds per step on one core and on all, and how many times faster these are."""
    rows: list[dict[str, Any]] = []
    if not hasattr(os, "sched_setaffinity"):
        print("processes cannot be held to a core here")
        return {"cores": cores(), "workloads": rows}
    with Worker(cores=sorted(os.sched_getaffinity(0))[:1]) as one, Worker() as every:
        fits = {"one": partial(fit_by, one, options.engine), "all": partial(fit_by, every, options.engine)}
        for number in [QUICK] if options.quick else MIDDLE:
            workload = WORKLOADS[number]._replace(epochs=2) if options.quick else WORKLOADS[number]
            for dtype in types_of(number):
                data = make_data(workload, dtype)
                taken: dict[str, list[float]] = {name: [] for name in fits}
                for fit in fits.values():
                    fit(workload, data, 1, None)  # first touches and caches
                for _ in range(options.repeats):
                    for name, fit in fits.items():
                        taken[name].append(seconds_of(fit, workload, data)[0])
                middle = {name: median(values) for name, values in taken.items()}
                rows.append({"number": number, "workload": title_of(number, dtype), "seconds": middle,
                             "ratio": middle["one"] / middle["all"]})  # fmt: skip
                print(f"{rows[-1]['workload']:<45}{middle['one'] * 1e6:>9.1f} microseconds on a core"
                      f"{middle['all'] * 1e6:>9.1f} on {cores()}{rows[-1]['ratio']:>6.2f}x", flush=True)  # fmt: skip
    return {"cores": cores(), "workloads": rows}


def figures(result: dict[str, Any]) -> Figures:
    """Return how many times faster all cores are than one, on average; nothing where there is one or more than two."""
    ratios = [row["ratio"] for row in result["workloads"]]
    return {"mean": mean_of(ratios) if result["cores"] == 2 else None}


def main() -> None:
    """Measure and print."""
    script("threads", "Two cores against one.", measure, figures)


if __name__ == "__main__":
    main()
