"""How seconds per step and memory grow with samples, width, depth and stacked networks: fitted exponents.

The sizes take turns, each timed piece is at least `PIECE` seconds of full-batch steps after a first, uncounted fit, and
the median of the repeats counts. An exponent is the slope of the line through the logarithms. Depth costs a constant
beside each layer, so seconds = a + b * depth is fitted first, and the exponent is that of the seconds less a. The
products' own exponent is that of a layer's three products by NumPy at the same widths.

    python bench/scaling.py [--engine auto] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from _common import added_peak, in_own_process
from _script import Options, script
from glassnet import Network
from targets import Figures

SIZES = {
    "m": (1000, 2000, 4000, 8000, 16000, 32000, 64000),
    "width": (128, 256, 512, 1024, 2048),
    "depth": (2, 4, 8, 16, 32),
    "k": (1, 2, 4, 8, 16, 32),
}
QUICK = {"m": (1000, 2000), "width": (64, 128), "depth": (1, 2), "k": (1, 2)}  # and memory of one axis alone
N_X, WIDTH, DEPTH, BATCH = 64, 128, 2, 512  # where an axis does not say otherwise
PIECE, QUICK_PIECE = 0.3, 0.02  # seconds


def fit(axis: str, size: int, engine: str = "auto") -> Callable[[int], object]:
    """Return what trains the network of one size on one axis for so many full-batch steps."""
    width, depth = size if axis == "width" else WIDTH, size if axis == "depth" else DEPTH
    layers, m = [N_X] + [width] * depth + [1], size if axis == "m" else BATCH
    net = Network(layers, ["relu"] * depth + ["sigmoid"], seed=1, n_networks=size if axis == "k" else None)
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((N_X, m), "float32"), (rng.random((1, m)) > 0.5).astype("float32")
    return lambda steps: net.fit(X, Y, optimizer="adam", iterations=steps, engine=engine)


def products(width: int) -> Callable[[int], object]:
    """Return what makes the three products of a layer so many times: forward, dW and dA."""
    rng = np.random.default_rng(0)
    W, A = rng.standard_normal((width, width), "float32"), rng.standard_normal((width, BATCH), "float32")

    def work(steps: int) -> None:
        for _ in range(steps):
            W @ A, A @ A.T, W.T @ A

    return work


def clock(work: Callable[[int], object], steps: int) -> float:
    """Return the seconds of so many steps."""
    began = time.perf_counter()
    work(steps)
    return time.perf_counter() - began


def enough(work: Callable[[int], object], piece: float) -> int:
    """Return the steps that take `piece` seconds, found by doubling; the first ones warm caches and libraries."""
    steps = 2
    clock(work, steps)
    while (seconds := clock(work, steps)) < piece / 2:
        steps *= 2
    return math.ceil(steps * max(1.0, piece / seconds))


def step_seconds(works: list[Callable[[int], object]], piece: float, repeats: int) -> list[float]:
    """Return the seconds of a step of each work: a long run less one of one step, the median of alternating turns."""
    steps = [enough(work, piece) for work in works]
    turns = [[(clock(work, 1 + n) - clock(work, 1)) / n for work, n in zip(works, steps, strict=True)]
             for _ in range(repeats)]  # fmt: skip
    return [median(values) for values in zip(*turns, strict=True)]


def peak_bytes(axis: str, size: int, engine: str) -> int:
    """Return the bytes that building a network and its data, and fitting it, add to this process."""
    fit("width", 8, engine)(1)  # loads the libraries
    return added_peak(lambda: fit(axis, size, engine)(2))


def exponent(sizes: list[int], values: list[float]) -> float | None:
    """Return the slope of the line through the logarithms; None where a value is not above 0."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0]) if min(values) > 0 else None


def line_through(sizes: list[int], values: list[float]) -> dict[str, float]:
    """Return a and b of the line a + b * size with the least squared errors, and its R²."""
    b, a = np.polyfit(sizes, values, 1)
    rest = np.array(values) - (a + b * np.array(sizes))
    return {"a": float(a), "b": float(b), "r2": float(1 - (rest**2).sum() / np.var(values) / len(values))}


def _three_digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def measure(options: Options) -> dict[str, Any]:
    """Return for each axis its sizes, seconds per step, bytes, and the exponents fitted to them."""
    result: dict[str, Any] = {}
    quick, engine = options.quick, options.engine
    timed = partial(step_seconds, piece=QUICK_PIECE if quick else PIECE, repeats=options.repeats)
    for axis, sizes in (QUICK if quick else SIZES).items():
        seconds = timed([fit(axis, size, engine) for size in sizes])
        code = "import scaling; print(scaling.peak_bytes({!r}, {}, {!r}))"
        memory = [
            int(in_own_process(code.format(axis, size, engine))) if not quick or axis == "m" else 0 for size in sizes
        ]
        found = {"sizes": list(sizes), "seconds": seconds, "bytes": memory}
        found |= {"exponent": exponent(list(sizes), seconds), "memory_exponent": exponent(list(sizes), memory)}
        if axis == "width":
            found["product_seconds"] = timed([products(width) for width in sizes])
            found["product_exponent"] = exponent(list(sizes), found["product_seconds"])
        if axis == "depth":
            found |= line_through(list(sizes), seconds)
            found["exponent"] = exponent(list(sizes), [value - found["a"] for value in seconds])
        result[axis] = found
        power, own = map(_three_digits, (found["exponent"], found.get("product_exponent")))
        own = f", the products' own {own}" if axis == "width" else ""
        print(f"{axis:<6} sizes          " + " ".join(f"{size:>9}" for size in sizes))
        print(
            "       us per step    "
            + " ".join(f"{value * 1e6:>9.1f}" for value in seconds)
            + f"  exponent {power}{own}"
        )
        print("       MB             " + " ".join(f"{value / 1e6:>9.1f}" for value in memory), flush=True)
    return result


def figures(result: dict[str, Any]) -> Figures:
    """Return the exponents of samples and width, the products' own, and how straight depth's line is."""
    exponents = {axis: result[axis]["exponent"] for axis in ("m", "width")}
    return {**exponents, "products": result["width"]["product_exponent"], "depth": result["depth"]["r2"]}


def main() -> None:
    """Measure and print."""
    script("scaling", "Exponents of time and memory.", measure, figures)


if __name__ == "__main__":
    main()
