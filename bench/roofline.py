"""How close a training step comes to the machine's limit: rates of products and memory, and each workload's floor.

A step cannot be faster than its products at the rate of a large product, nor than its bytes at the bandwidth that the
machine has for as many bytes (what fits into a cache moves faster): floor = max(operations / rate, bytes / bandwidth).
The bytes are those that no step can do without: its samples read once, and the parameters with all that the optimiser
keeps, each read and written once. The rate is that of the best library here: NumPy, PyTorch or glassnet's own product.

    python bench/roofline.py [--repeats 5] [--quick] [--json FILE]
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

from _common import cores, cpu_info
from _script import Verdict, script, verdict
from baselines import BASELINES, OURS, Baseline, fit_glassnet, fit_torch
from step import PAUSE, seconds_of
from workloads import LARGE, QUICK, WORKLOADS, Workload, make_data, operations, types_of

LARGE_BYTES = 256_000_000  # beyond every cache
CACHED_BYTES = 256_000  # below this a call of NumPy would be measured, not memory
SHAPE, QUICK_SHAPE = (2048, 2048, 1024), (256, 256, 128)  # n, k, m of the large product
IN_A_ROW = 4  # products, so that the cores are awake
SHARE = 0.9  # of the float32 rate, that the large workload shall reach
BFLOAT16_TORCH = 3  # times PyTorch's float32


def own_product(dtype: str) -> Callable[..., Any] | None:
    """Return glassnet's `product(A, B, out)` over all cores; None where it has none of its own on this machine."""
    if find_spec("numba") is None:
        return None
    import numba

    from glassnet.backends.compiled import compiled_engine, compiled_product

    if compiled_product.registers() is None:
        return None
    write, address = compiled_product.product_of(dtype), compiled_engine.kernel_of(dtype)

    @numba.njit(nogil=True)
    def part(A, B, out, kernel, panels):  # type: ignore[no-untyped-def]
        write(A, B, out, kernel, panels)

    workers = cores()
    pool, panels = ThreadPoolExecutor(workers), [np.empty(compiled_product.PANELS, dtype) for _ in range(workers)]

    def product(A: np.ndarray, B: np.ndarray, out: np.ndarray) -> None:
        edges = np.linspace(0, len(A), workers + 1, dtype=int)
        rows = [slice(*pair) for pair in pairwise(edges)]
        list(pool.map(lambda i: part(A[rows[i]], B, out[rows[i]], address, panels[i]), range(workers)))

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
        if (own := own_product(dtype)) is not None:
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
    parameters = sum(n * (n_prev + 1) for n_prev, n in zip(workload.layers, workload.layers[1:], strict=False))
    kept = 1 if workload.optimizer == "GD" else 3  # the parameters, and Adam's two moments
    return (workload.batch * workload.layers[0] + 2 * kept * parameters) * np.dtype(dtype).itemsize


def our_step(workload: Workload, dtype: str, repeats: int) -> float:
    """Return the seconds of a step by the first of our engines that takes the work, the median."""
    data = make_data(workload, dtype)
    for fit in (BASELINES[name] for name in OURS if name in BASELINES):
        try:
            fit(workload, data, 1, None)  # first touches and caches
        except NotImplementedError:
            continue
        return median(seconds_of(fit, workload, data)[0] for _ in range(repeats))
    raise AssertionError("the NumPy engine takes every workload")


def alternating(workload: Workload, dtype: str, shape: tuple[int, int, int], repeats: int) -> dict[str, float]:
    """Return the share of each product's rate that our step reaches, medians of runs in turn."""
    pairs = [(product_rates(dtype, shape, 1), our_step(workload, dtype, 1)) for _ in range(repeats)]
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


def measure(repeats: int, quick: bool = False) -> dict[str, Any]:
    """Return the machine's rates, each workload's floor and our time, and the large workload's time in bfloat16."""
    shape = QUICK_SHAPE if quick else SHAPE
    repeats = 1 if quick else repeats
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
            floor, achieved = max(bounds.values()), our_step(workload, dtype, repeats)
            row = {
                "number": number,
                "workload": f"{workload.name}, {dtype}",
                "operations": done,
                "bytes": bytes_,
                **bounds,
            }
            row |= {"floor": floor, "bound": max(bounds, key=lambda what: bounds[what]), "achieved": achieved}
            rows.append({**row, "ratio": achieved / floor})
            values = "".join(f"{value * 1e6:>10.1f}" for value in (*bounds.values(), floor, achieved))
            print(f"{number} {row['workload']:<54}{values}{achieved / floor:>8.2f}x", flush=True)
    large = {} if quick else alternating(WORKLOADS[LARGE], "float32", shape, repeats)
    if large:
        print(f"\n{WORKLOADS[LARGE].name}, float32, in turn with products, times their rate: "
              + ", ".join(f"{name} {share:.2f}" for name, share in large.items()))  # fmt: skip
    halves = bfloat16_seconds(repeats) if find_spec("torch") and not quick else {}
    if halves:
        print(f"\n{WORKLOADS[LARGE].name}, ms per step: " + ", ".join(f"{k} {v * 1e3:.0f}" for k, v in halves.items()))
    flags = cpu_info("flags").split()
    return {"shape": shape, "rates": rates, "bandwidth": memory, "workloads": rows, "large": large,
            "bfloat16": halves, "amx": "amx_bf16" in flags}  # fmt: skip


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Compare the large workload with the rate of products, and bfloat16 with PyTorch where the processor has AMX."""
    shares = dict(result["large"])
    own = {"glassnet's own": shares.pop("glassnet", None)}
    found = []
    for whose, share in ({"the fastest library's": min(shares.values(), default=None)} | own).items():
        target = f"3. {WORKLOADS[LARGE].name}: at least {SHARE} of the rate of {whose} float32 product"
        found.append(verdict(target, share, share is not None and share >= SHARE))
    taken = result["bfloat16"]
    for name, least in (("PyTorch float32", BFLOAT16_TORCH), ("PyTorch autocast", 1)):
        ratio = taken[name] / taken["glassnet, bfloat16"] if taken else None
        judged = verdict(f"3. bfloat16 with AMX: at least {least}x {name}", ratio,
                         result["amx"] and ratio is not None and ratio >= least)  # fmt: skip
        if not result["amx"]:
            judged |= {"met": None, "measured": f"{judged['measured']} (this processor has no AMX)".strip()}
        found.append(judged)
    return found


def main() -> None:
    """Measure and print."""
    script("The machine's limits, and how near a step comes.", measure, verdicts)


if __name__ == "__main__":
    main()
