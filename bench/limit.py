"""How near the machine's own limit is a training step: rates of products and memory, and each work's floor.

A step cannot be faster than its products at the rate of a large product, nor than its bytes at the bandwidth that the
machine has for as many bytes (what fits into a cache moves faster): floor = max(operations / rate, bytes / bandwidth).
The bytes are those that no step can do without: its samples read once, and the parameters with all that the optimiser
keeps, each read and written once.

    python bench/limit.py [--repeats 5] [--json FILE]
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from _common import cores
from _script import Verdict, script
from step import MIDDLE_WORKS, OURS, PEERS, SMALL_WORKS, WORKS, Work, make_data, operations, product_rate, step_seconds

LARGE_BYTES = 256_000_000  # beyond every cache
CACHED_BYTES = 256_000  # below this a call of NumPy would be measured, not memory


def bfloat16_rate() -> float | None:
    """Return the operations per second of a large bfloat16 product by PyTorch; None where it is not installed."""
    if find_spec("torch") is None:
        return None
    import torch

    A = torch.randn(2048, 2048).to(torch.bfloat16)
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        A @ A
        seconds.append(time.perf_counter() - began)
    return float(2 * 2048**3 / min(seconds))


def bandwidth(size: int, triad: bool = False) -> float:
    """Return the bytes per second, read and written, of passes over arrays of `size` bytes in all, on every core.

    A pass copies one array to another, or where `triad` computes a + b into a third.
    """
    arrays, workers = 3 if triad else 2, cores()
    n = max(size, CACHED_BYTES) // (4 * arrays * workers)
    passes = max(1, 400_000_000 // (4 * arrays * workers * n))

    def work(_: int) -> float:
        a, b, c = (np.ones(n, "float32") for _ in range(3))
        began = time.perf_counter()
        for _ in range(passes):
            np.add(a, b, out=c) if triad else np.copyto(a, b)
        return time.perf_counter() - began

    with ThreadPoolExecutor(workers) as pool:
        seconds = min(max(pool.map(work, range(workers))) for _ in range(5))
    return passes * workers * arrays * n * 4 / seconds


def step_bytes(work: Work, dtype: str) -> int:
    """Return the bytes that a step cannot do without."""
    parameters = sum(n * (n_prev + 1) for n_prev, n in zip(work.layers, work.layers[1:], strict=False))
    kept = 1 if work.optimizer == "GD" else 3  # the parameters, and Adam's two moments
    return (work.batch * work.layers[0] + 2 * kept * parameters) * np.dtype(dtype).itemsize


def measure(repeats: int, quick: bool = False) -> dict[str, Any]:
    """Return the machine's rates, and for each work its floor and what the best engine takes, in microseconds."""
    rates = {"float32": product_rate("float32"), "float64": product_rate("float64"), "bfloat16": bfloat16_rate()}
    memory = {"copy": bandwidth(LARGE_BYTES), "triad": bandwidth(LARGE_BYTES, triad=True)}
    fit = next(PEERS[name] for name in OURS if name in PEERS)
    rows = []
    for number, work in WORKS.items():
        if quick and number not in SMALL_WORKS:
            continue
        for dtype in ("float32", "float64") if number in MIDDLE_WORKS else ("float32",):
            data, bytes_ = make_data(work, work.batches, dtype), step_bytes(work, dtype)
            fit(work, data, 1, None)  # first touches and caches
            achieved = median(step_seconds(fit, work, data) for _ in range(repeats)) * 1e6
            bounds = {
                "products": operations(work) / rates[dtype] * 1e6,
                "memory": bytes_ / bandwidth(bytes_) * 1e6,
            }
            floor = max(bounds.values())
            row = {"number": number, "work": f"{work.name}, {dtype}", "operations": operations(work), "bytes": bytes_}
            rows.append({**row, **bounds, "floor": floor, "achieved": achieved, "ratio": achieved / floor})
            print(f"{row['work']:<42} floor {floor:>9.1f}  achieved {achieved:>9.1f}  {achieved / floor:>6.2f}x")
    return {"rates": rates, "bandwidth": memory, "works": rows}


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Return none: what is asked of the large work is judged beside its peers, in step.py."""
    del result
    return []


def main() -> None:
    """Measure and print."""
    script("The machine's limits, and how near a step comes.", measure, verdicts)


if __name__ == "__main__":
    main()
