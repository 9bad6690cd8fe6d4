"""As a newcomer meets it: a fresh process with an empty home folder, from `fit` called to its first step and its end.

Imports are not counted; whatever a library loads, compiles or builds inside of `fit` is. The first step is that of a
training of a second: whole batches, so that a step ends an epoch, whose callback notes the time and ends the training.
The others are timed over one whole step. Whole fits have as many epochs as would take .1, 1 and 10 s where everything
is warm; peers that would need more than 4 s are left out, and so are they at 10 s. "before" is version 0.1 as it chose
its engine by itself.

    python bench/first.py [--engine auto] [--before FOLDER] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import json
import tempfile
import time
from statistics import median
from typing import Any

from _common import in_own_process
from _script import Options, script
from baselines import baselines, network_of, train_glassnet
from step import seconds_of
from targets import Figures
from workloads import MIDDLE, QUICK, SMALL, WORKLOADS, make_data, title_of

SIZES, QUICK_SIZES = (0.1, 1.0, 10.0), (0.02,)  # seconds
RUNS = {0.1: 5, 1.0: 3, 10.0: 1}  # at most: a long fit varies little
PEERS, PEER_SECONDS = ("scikit-learn", "PyTorch"), 4.0
SHORT = 1120  # steps of 64-64-10


def first_step(name: str, number: int, engine: str, epochs: int) -> float:
    """Return the seconds until the first step is done; a first of so many, where it is ours."""
    workload = WORKLOADS[number]._replace(batches=1)
    data = make_data(workload, "float32")
    if name != "glassnet":
        return baselines()[name](workload, data, 1, None)[0]
    net, Y, settings = network_of(workload, data)
    done: list[float] = []

    def note(progress: Any) -> bool:
        if progress.moment == "epoch":
            done.append(time.perf_counter())
        return bool(done)

    began = time.perf_counter()
    net.fit(data.X.T, Y, epochs=epochs, engine=engine, callbacks=[note], **settings)
    return done[0] - began


def whole_fit(name: str, number: int, engine: str, epochs: int) -> tuple[float, str]:
    """Return the seconds of a fit, and the engine where it is ours."""
    workload = WORKLOADS[number]
    data = make_data(workload, "float32")
    if name != "glassnet":
        return baselines()[name](workload, data, epochs, None)[0], ""
    seconds, history = train_glassnet(engine, workload, data, epochs)
    return seconds, history.engine


def fresh(function: str, name: str, number: int, epochs: int, options: Options) -> Any:
    """Return what a function of this script gives in a fresh process with an empty home."""
    before = name == "before"
    asked = ("glassnet" if before else name, number, "auto" if before else options.engine, epochs)
    with tempfile.TemporaryDirectory() as home:
        code = f"import json, first; print(json.dumps(first.{function}(*{asked!r})))"
        return json.loads(in_own_process(code, options.before if before else None, home))


def measure_kind(number: int, names: list[str], options: Options) -> dict[str, Any]:
    """Return for a kind of network the seconds of its first step and of its whole fits."""
    workload, data = WORKLOADS[number], make_data(WORKLOADS[number], "float32")
    fit = baselines(options.engine)["glassnet"]
    fit(workload, data, 1, None)
    step = seconds_of(fit, workload._replace(epochs=2) if options.quick else workload, data)[0]
    a_second = max(2, round(1 / step))
    firsts: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(options.repeats):
        for name in names:
            firsts[name].append(fresh("first_step", name, number, a_second, options))
    row = {"number": number, "workload": title_of(number, "float32"), "step": step, "fits": {}, "engines": {}}
    row["first"] = {name: median(values) for name, values in firsts.items()}
    slower = dict.fromkeys(PEERS, 1.0)  # than we are, as the shortest size shows
    for size in QUICK_SIZES if options.quick else SIZES:
        count = max(1, round(size / step / workload.batches))
        if count in [found["epochs"] for found in row["fits"].values()]:
            continue  # one epoch takes longer
        there = [
            name for name in names if name not in PEERS or (size < SIZES[-1] and size * slower[name] < PEER_SECONDS)
        ]
        taken: dict[str, list[float]] = {name: [] for name in there}
        for _ in range(min(options.repeats, RUNS.get(size, 1))):
            for name in there:
                seconds, engine = fresh("whole_fit", name, number, count, options)
                taken[name].append(seconds)
                row["engines"] |= {f"{name}, {size:g} s": engine} if engine else {}
        middle = {name: median(values) for name, values in taken.items()}
        slower |= {name: middle[name] / middle["glassnet"] for name in PEERS if name in middle}
        row["fits"][f"{size:g}"] = {"epochs": count, "seconds": middle}
    return row


def measure(options: Options) -> dict[str, Any]:
    """Return a row for each kind of network, and the seconds of 1,120 steps of 64-64-10."""
    there = baselines()
    names = ["glassnet", *(["before"] if options.before else []), *(name for name in PEERS if name in there)]
    rows = []
    print(f"{'milliseconds to the first step, seconds of fits':<50}" + "".join(f"{name:>14}" for name in names))
    for number in [QUICK] if options.quick else WORKLOADS:
        able = [name for name in names if name != "scikit-learn" or not WORKLOADS[number].dropout]  # which it lacks
        rows.append(measure_kind(number, able, options))
        lines = {"first step": {name: value * 1e3 for name, value in rows[-1]["first"].items()}}
        lines |= {f"fit of {size} s": found["seconds"] for size, found in rows[-1]["fits"].items()}
        for what, values in lines.items():
            cells = "".join(f"{values[name]:>14.3g}" if name in values else f"{'-':>14}" for name in names)
            print(f"{rows[-1]['workload'] + ', ' + what:<50}{cells}", flush=True)
    short: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(options.repeats):
        for name in names:
            epochs = 2 if options.quick else SHORT // WORKLOADS[QUICK].batches
            short[name].append(fresh("whole_fit", name, QUICK, epochs, options)[0])
    middle = {name: median(values) for name, values in short.items()}
    print(f"{f'{SHORT:,} steps of 64-64-10':<50}" + "".join(f"{middle[name]:>14.3g}" for name in names))
    return {"kinds": rows, "short": middle}


def figures(result: dict[str, Any]) -> Figures:
    """Return the slowest first step of small and middle workloads in milliseconds, and the seconds of 1,120 steps."""
    firsts = [row["first"]["glassnet"] * 1e3 for row in result["kinds"] if row["number"] in (*SMALL, *MIDDLE)]
    return {"first step": max(firsts, default=None), "1,120 steps": result["short"]["glassnet"]}


def main() -> None:
    """Measure and print."""
    script("first", "The first fit of a fresh process.", measure, figures)


if __name__ == "__main__":
    main()
