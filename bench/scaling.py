"""How seconds per step and peak memory grow with samples, width, depth and stacked networks: fitted exponents."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from _script import Verdict, script, verdict
from glassnet import Network

SIZES = {
    "m": (1000, 2000, 4000, 8000, 16000),
    "width": (128, 256, 512, 1024),
    "depth": (2, 4, 8, 16),
    "k": (1, 2, 4, 8, 16),
}
QUICK = {"m": (1000, 2000), "width": (64, 128), "depth": (2, 4), "k": (1, 2)}


def network(axis: str, size: int) -> tuple[Network, int]:
    """Return the network and the samples m of one size on one axis."""
    width, depth = size if axis == "width" else 128, size if axis == "depth" else 2
    k = size if axis == "k" else None
    layers = [64] + [width] * depth + [1]
    net = Network(layers, ["relu"] * depth + ["sigmoid"], seed=1, n_networks=k, dtype="float32")
    return net, size if axis == "m" else 512


def step_seconds(axis: str, size: int, steps: int) -> float:
    """Return the seconds of a full-batch step; a first fit is set against a longer one."""
    net, m = network(axis, size)
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((64, m), "float32"), (rng.random((1, m)) > 0.5).astype("float32")
    seconds = []
    for epochs in (1, 1 + steps):
        began = time.perf_counter()
        net.fit(X, Y, optimizer="adam", epochs=epochs)
        seconds.append(time.perf_counter() - began)
    return (seconds[1] - seconds[0]) / steps


def peak_bytes(axis: str, size: int) -> int:
    """Return the bytes by which a fit in its own process raises that process's peak memory."""
    code = (
        "import scaling; from _common import resident_peak as peak; before = peak()\n"
        f"scaling.step_seconds({axis!r}, {size}, 1); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=sys.path[0])
    return int(done.stdout)


def product_seconds(width: int) -> float:
    """Return the seconds of the product that a layer of this width makes, the least of seven."""
    rng = np.random.default_rng(0)
    W, A = rng.standard_normal((width, width), "float32"), rng.standard_normal((width, 512), "float32")
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(5):
            W @ A
        seconds.append((time.perf_counter() - began) / 5)
    return min(seconds)


def exponent(sizes: list[int], values: list[float]) -> float | None:
    """Return the slope of the line through the logarithms; None where a value is not above 0."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0]) if min(values) > 0 else None


def measure(repeats: int, quick: bool = False) -> dict[str, Any]:
    """Return for each axis its sizes, median seconds, bytes, and the exponents fitted to them."""
    result: dict[str, Any] = {}
    for axis, sizes in (QUICK if quick else SIZES).items():
        turns = [[step_seconds(axis, size, 4 if quick else 12) for size in sizes] for _ in range(repeats)]
        seconds = [median(values) for values in zip(*turns, strict=True)]
        memory = [peak_bytes(axis, size) for size in sizes]
        result[axis] = {
            "sizes": list(sizes),
            "seconds": seconds,
            "bytes": memory,
            "exponent": exponent(list(sizes), seconds),
            "memory_exponent": exponent(list(sizes), memory),
        }
    widths = result["width"]["sizes"]
    result["width"]["product_exponent"] = exponent(widths, [product_seconds(width) for width in widths])
    depths = zip(result["depth"]["sizes"], result["depth"]["seconds"], strict=True)
    result["depth"]["seconds_per_layer"] = [(t2 - t1) / (l2 - l1) for (l1, t1), (l2, t2) in pairwise(depths)]
    return result


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold the exponents against 1.02 for samples, the product's own for width, and 1 for depth."""
    own = result["width"]["product_exponent"]
    limits = {"m": 1.02, "width": own, "depth": 1}
    found = []
    for axis, most in limits.items():
        power = result[axis]["exponent"] if most is not None else None
        target = f"7. exponent of {axis} at most {'the product' if most is None else format(most, '.2f')}"
        found.append(verdict(target, power, None if power is None else power <= most, ""))
    return found


def main() -> None:
    """Measure and print."""
    script("Exponents of time and memory.", measure, verdicts)


if __name__ == "__main__":
    main()
