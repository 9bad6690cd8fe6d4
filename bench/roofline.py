"""How close a training step comes to the machine's limit: rates of products and memory, and each workload's floor.

A step cannot be faster than its products at the rate of a large product, nor than its bytes at the bandwidth that the
machine has for as many bytes (what fits into a cache moves faster): floor = max(operations / rate, bytes / bandwidth).
The bytes are those that no step can do without: its samples read once, and the parameters with all that the optimiser
keeps, each read and written once. The rate is that of the best library here: NumPy, PyTorch or glassnet's own product.

    python bench/roofline.py [--engine auto] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from _common import cores, cpu_info, native_product
from _script import Options, script
from baselines import Baseline, fit_glassnet, fit_torch
from step import PAUSE, seconds_of
from targets import Figures
from workloads import LARGE, QUICK, WORKLOADS, Workload, make_data, operations, title_of, types_of

LARGE_BYTES = 256_000_000  # beyond every cache
CACHED_BYTES = 256_000  # below this a call of NumPy would be measured, not memory
SHAPE, QUICK_SHAPE = (2048, 2048, 1024), (256, 256, 128)  # n, k, m of the large product
IN_A_ROW = 4  # products, so that the cores are awake


def own_product() -> Callable[..., Any] | None:
    """Return glassnet's `product(A, B, out)` over all cores; None where it has none of its own on this machine."""
    part, workers = native_product(), cores()
    if part is None:
        return None
    pool = ThreadPoolExecutor(workers)

    def product(A: np.ndarray, B: np.ndarray, out: np.ndarray) -> None:
        edges = np.linspace(0, len(A), workers + 1, dtype=int)
        rows = [slice(*pair) for pair in pairwise(edges)]
        list(pool.map(lambda chosen: part(A[chosen], B, out[chosen]), rows))

    return product


def product_rates(dtype: str, shape: tuple[int, int, int], repeats: int) -> dict[str, float]:
    """Return the operations per second of a large product by each library, the best of alternating runs."""
    n, k, m = shape
    rng = np.random.default_rng(0)
    A, B, out = rng.standard_normal((n, k)), rng.standard_normal((k, m)), np.zeros((n, m))
    products: dict[str, Callable[[], Any]] = {}
    if dtype != "bfloat16":
        A, B, out = (array.astype(dtype) for array in (A, B, out))
        products["NumPy"] = partial(np.matmul, A, B, out=out)
        if (own := own_product()) is not None:
            products["glassnet"] = partial(own, A, B, out)
    if find_spec("torch"):
        import torch

        products["PyTorch"] = partial(torch.mm, *(torch.from_numpy(M).to(getattr(torch, dtype)) for M in (A, B)))
    best = dict.fromkeys(products, float("inf"))
    for _ in range(repeats):
        for name, product in products.items():
            time.sleep(PAUSE)
            for _ in range(IN_A_ROW):
                began = time.perf_counter()
                product()
                best[name] = min(best[name], time.perf_counter() - began)
    return {name: 2 * n * k * m / seconds for name, seconds in best.items()}


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


def step_bytes(workload: Workload, dtype: str) -> int:
    """Return the bytes that a step cannot do without."""
    kept = 1 if workload.optimizer == "GD" else 3  # the parameters, and Adam's two moments
    return (workload.batch * workload.layers[0] + 2 * kept * workload.parameters) * np.dtype(dtype).itemsize


def our_step(workload: Workload, dtype: str, repeats: int, engine: str) -> float:
    """Return the seconds of our step by an engine, or by NumPy's where that one does not take the work; the median."""
    data, fit = make_data(workload, dtype), partial(fit_glassnet, engine)
    try:
        fit(workload, data, 1, None)  # first touches and caches
    except NotImplementedError:
        fit = partial(fit_glassnet, "numpy")
    return median(seconds_of(fit, workload, data)[0] for _ in range(repeats))


def alternating(
    workload: Workload, dtype: str, shape: tuple[int, int, int], repeats: int, engine: str
) -> dict[str, float]:
    """Return the share of each product's rate that our step reaches, medians of runs in turn."""
    pairs = [(product_rates(dtype, shape, 1), our_step(workload, dtype, 1, engine)) for _ in range(repeats)]
    achieved = operations(workload) / median(step for _, step in pairs)
    return {name: achieved / median(rates[name] for rates, _ in pairs) for name in pairs[0][0]}


def bfloat16_seconds(repeats: int) -> dict[str, float]:
    """Return the seconds of a step of the large workload with products in bfloat16, and in PyTorch's float32."""
    baselines: dict[str, Baseline] = {
        "glassnet, bfloat16": partial(fit_glassnet, "torch", precision="bfloat16"),
        "PyTorch autocast": partial(fit_torch, autocast=True),
        "PyTorch float32": fit_torch,
    }
    workload, data = WORKLOADS[LARGE], make_data(WORKLOADS[LARGE], "float32")
    taken: dict[str, list[float]] = {name: [] for name in baselines}
    for _ in range(min(repeats, 3)):
        for name, fit in baselines.items():
            taken[name].append(seconds_of(fit, workload, data)[0])
    return {name: median(values) for name, values in taken.items()}


def measure(options: Options) -> dict[str, Any]:
    """Return the machine's rates, each workload's floor and our time, and the large workload's time in bfloat16."""
    quick, repeats, shape = options.quick, options.repeats, QUICK_SHAPE if options.quick else SHAPE
    rates = {dtype: product_rates(dtype, shape, repeats) for dtype in ("float32", "float64", "bfloat16")}
    large_bytes = CACHED_BYTES if quick else LARGE_BYTES
    memory = {"copy": bandwidth(large_bytes), "triad": bandwidth(large_bytes, triad=True)}
    n, k, m = shape
    print(f"products {n}x{k} times {k}x{m}, billion operations per second (multiplications and additions)")
    for dtype, found in rates.items():
        print(f"  {dtype:<9}" + "".join(f"{name:>10} {rate / 1e9:>7.1f}" for name, rate in found.items()))
    print("memory, GB per second: " + ", ".join(f"{name} {rate / 1e9:.1f}" for name, rate in memory.items()))
    print(f"\n{'microseconds per step':<56}{'products':>10}{'memory':>10}{'floor':>10}{'achieved':>10}{'/ floor':>9}")
    rows = []
    for number, workload in WORKLOADS.items():
        for dtype in types_of(number) if not quick or number == QUICK else ():
            bytes_, done = step_bytes(workload, dtype), operations(workload)
            bounds = {"products": done / max(rates[dtype].values()), "memory": bytes_ / bandwidth(bytes_)}
            floor, achieved = max(bounds.values()), our_step(workload, dtype, repeats, options.engine)
            row = {
                "number": number,
                "workload": title_of(number, dtype),
                "operations": done,
                "bytes": bytes_,
                **bounds,
            }
            row |= {"floor": floor, "bound": max(bounds, key=lambda what: bounds[what]), "achieved": achieved}
            rows.append({**row, "ratio": achieved / floor})
            values = "".join(f"{value * 1e6:>10.1f}" for value in (*bounds.values(), floor, achieved))
            print(f"{number} {row['workload']:<54}{values}{achieved / floor:>8.2f}x", flush=True)
    large = {} if quick else alternating(WORKLOADS[LARGE], "float32", shape, repeats, options.engine)
    if large:
        print(f"\n{WORKLOADS[LARGE].name}, float32, in turn with products, times their rate: "
              + ", ".join(f"{name} {share:.2f}" for name, share in large.items()))  # fmt: skip
    halves = bfloat16_seconds(repeats) if find_spec("torch") and not quick else {}
    if halves:
        print(f"\n{WORKLOADS[LARGE].name}, ms per step: " + ", ".join(f"{k} {v * 1e3:.0f}" for k, v in halves.items()))
    flags = cpu_info("flags").split()
    return {"shape": shape, "rates": rates, "bandwidth": memory, "workloads": rows, "large": large,
            "bfloat16": halves, "amx": "amx_bf16" in flags}  # fmt: skip


def figures(result: dict[str, Any]) -> Figures:
    """Return the large workload's shares of products' rates, and how many times faster bfloat16 is."""
    shares, taken = dict(result["large"]), result["bfloat16"]
    found = {"own": shares.pop("glassnet", None), "libraries": min(shares.values(), default=None)}
    found |= {f"bfloat16: {name}": taken[name] / taken["glassnet, bfloat16"] for name in taken}
    return {**found, "AMX": float(result["amx"])}


def main() -> None:
    """Measure and print."""
    script("roofline", "The machine's limits, and how near a step comes.", measure, figures)


if __name__ == "__main__":
    main()
