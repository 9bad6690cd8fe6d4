"""Several processes train one network: seconds of a step, and how much of them is the sum of the gradients.

torchrun starts 1, 2 and 4 processes of this script on this machine. They train the same networks by the same batches,
and time their steps and the sums among them, waiting for the others included. Sums alone are timed too, of several
sizes. The fastest of five runs counts: what else runs on the machine only adds. From seconds of a step of one process
by its samples, and seconds of a sum by its bytes, follows a model of time against machines:

    seconds(N) = fixed + per_sample * batch / N + 2 (N - 1) * latency + 2 (N - 1) / N * bytes / bandwidth

The last two are what a ring of N machines takes; of latency and bandwidth it has those that were measured between two
processes here, and those of a network.

    python bench/many.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import Network, distributed

PROCESSES = (1, 2, 4)
MACHINES = (1, 2, 4, 8, 16, 32, 64)
NETWORKS = {  # sizes, samples of a batch, steps
    "small": ([32, 64, 1], 256, 400),
    "middle": ([54, 256, 128, 7], 1024, 100),
    "wide": ([512, 1024, 1024, 10], 2048, 10),
}
SAMPLES = (1, 2, 4, 8, 16, 32)  # a batch is divided by these, for the seconds of a step by its samples
SUMS = (1_000, 10_000, 100_000, 1_000_000, 4_000_000)  # numbers of 4 bytes
REPEATS = 5
ETHERNET = {"latency": 50e-6, "bandwidth": 1.25e9}  # of 10 Gbit/s: an assumption, not measured here


class Timed:
    """A sum over the processes whose seconds are counted."""

    def __init__(self, reduce: Any) -> None:
        self.reduce, self.rank, self.ranks, self.seconds = reduce, reduce.rank, reduce.ranks, 0.0

    def __call__(self, numbers: Any) -> None:
        """Sum, and count the seconds."""
        began = time.perf_counter()
        self.reduce(numbers)
        self.seconds += time.perf_counter() - began


def data(sizes: list[int], m: int) -> tuple[Any, Any]:
    """Return samples of normal numbers, and classes or truth values for them."""
    rng, classes = np.random.default_rng(0), sizes[-1]
    X = rng.standard_normal((sizes[0], m), "float32")
    labels = rng.integers(0, max(classes, 2), m)
    return X, (labels[None] if classes == 1 else np.eye(classes)[:, labels]).astype("float32")


def step(sizes: list[int], batch: int, steps: int, reduce: Any = None) -> tuple[float, float]:
    """Return the seconds of a step, and of its sum, in the fastest of some runs after a first one."""
    X, Y = data(sizes, 4 * batch)
    net, taken = Network(sizes, seed=1), []
    timed = None if reduce is None else Timed(reduce)
    for _ in range(REPEATS + 1):
        if timed is not None:
            timed.seconds = 0.0
        history = net.fit(X, Y, optimizer="adam", batch_size=batch, iterations=steps, engine="native", reduce=timed)
        taken.append((history.seconds / steps, 0.0 if timed is None else timed.seconds / steps))
    return min(taken[1:])


def sum_alone(reduce: Any, size: int) -> float:
    """Return the seconds of a sum of so many numbers."""
    numbers, taken = np.zeros(size, "float32"), []
    for _ in range(REPEATS + 1):
        began, times = time.perf_counter(), max(5, 1_000_000 // size // 10)
        for _ in range(times):
            reduce(numbers)
        taken.append((time.perf_counter() - began) / times)
    return min(taken[1:])


def work(path: Path) -> None:
    """Measure as one of several processes; the first writes what it found."""
    reduce = distributed.joined()
    assert reduce is not None
    found: dict[str, Any] = {
        "steps": {name: step(*given, reduce=reduce) for name, given in NETWORKS.items()},
        "sums": {size: sum_alone(reduce, size) for size in SUMS},
    }
    if reduce.rank == 0:
        if reduce.ranks == 1:
            found["by_samples"] = {
                name: {batch // part: step(sizes, batch // part, steps)[0] for part in SAMPLES}
                for name, (sizes, batch, steps) in NETWORKS.items()
            }
        path.write_text(json.dumps(found), encoding="utf-8")
    reduce.leave()


def started(processes: int) -> dict[str, Any]:
    """Let torchrun start so many processes of this script, and return what they found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "found.json")
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run([*torchrun, __file__, "--work", str(path)], env=environment, check=True, stdout=sys.stderr)
        return dict(json.loads(path.read_text(encoding="utf-8")))


def line(points: dict[str, float], bytes_of: int = 1) -> tuple[float, float]:
    """Return the line through points, seconds by size, in which small ones count as much as large ones: a, b."""
    x, y = (np.array(list(each), float) for each in (points, points.values()))
    x *= bytes_of
    (a, b), *_ = np.linalg.lstsq(np.stack([1 / y, x / y], axis=1), np.ones(len(y)), rcond=None)
    return max(float(a), 0.0), max(float(b), 1e-15)


def model(of_step: tuple[float, float], batch: int, numbers: int, link: dict[str, float]) -> dict[int, float]:
    """Return the seconds of a step by the number of machines."""
    fixed, per_sample = of_step
    return {
        N: fixed + per_sample * batch / N + 2 * (N - 1) * link["latency"]
        + 2 * (N - 1) / N * 4 * numbers / link["bandwidth"] for N in MACHINES
    }  # fmt: skip


def measure() -> dict[str, Any]:
    """Measure, and print the tables of docs/scale.md."""
    found = {processes: started(processes) for processes in PROCESSES}
    latency, per_byte = line(found[2]["sums"], 4)
    here = {"latency": latency / 2, "bandwidth": 1 / per_byte}  # of two: 2 latencies, and as many bytes
    print(
        "| network | parameters | batch | processes | ms a step | of it sums and waiting |\n|---|---|---|---|---|---|"
    )
    for name, (sizes, batch, _) in NETWORKS.items():
        P = Network(sizes, seed=0).vector.size
        for processes in PROCESSES:
            seconds, sums = found[processes]["steps"][name]
            print(f"| {name} | {P:,} | {batch} | {processes} | {1e3 * seconds:.2f} | {sums / seconds:.0%} |")
    print("\n| sum of numbers |", " | ".join(f"{size:,}" for size in SUMS), "|\n|---" * 1, "|---" * len(SUMS) + "|")
    for processes in PROCESSES[1:]:
        taken = (f"{1e3 * found[processes]['sums'][str(size)]:.2f} ms" for size in SUMS)
        print(f"| {processes} processes |", " | ".join(taken), "|")
    print(f"\nlatency {1e6 * here['latency']:.0f} us, bandwidth {here['bandwidth'] / 1e9:.2f} GB/s")
    models: dict[str, Any] = {}
    print("\n| network | between machines |", " | ".join(map(str, MACHINES)), "|\n|---" * 1, "|---" * 8 + "|")
    for name, (sizes, batch, _) in NETWORKS.items():
        of_step = line(found[1]["by_samples"][name])
        for where, link in {"as here": here, "10 Gbit/s": ETHERNET}.items():
            seconds = model(of_step, batch, Network(sizes, seed=0).vector.size, link)
            models[f"{name}, {where}"] = seconds
            print(f"| {name} | {where} |", " | ".join(f"{1e3 * each:.2f}" for each in seconds.values()), "|")
    return {"found": found, "link": here, "models": models}


def main() -> None:
    """Measure, or be one of the processes that do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work is not None:
        work(asked.work)
        return
    result = measure()
    if asked.json is not None:
        asked.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
