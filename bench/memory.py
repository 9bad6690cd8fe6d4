"""What training on a large array takes in memory beside the array, and whether predicting streams.

Each interface trains for an epoch in its own process, whose peak is set against the bytes of the array: libraries,
parameters and all that training keeps are counted. Then the peak is reset and all samples are predicted.

    python bench/memory.py [--quick] [--json FILE]
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from _common import in_own_process, resident_peak
from _script import Options, script
from targets import Figures

SIZE, QUICK_SIZE = 2_000_000_000, 64_000_000  # bytes of the array
N_X, BATCH = 512, 1024
INTERFACES = ("Network", "MLPClassifier")


def peaks(interface: str, size: int) -> dict[str, int]:
    """Train and predict in this process; return the bytes of the array and the process's peak at each."""
    import glassnet

    X = np.empty((size // (4 * N_X), N_X), "float32")
    np.random.default_rng(0).random(out=X, dtype="float32")
    y = (X[:, 0] > 0.5).astype("float32")
    if interface == "Network":
        net = glassnet.Network((N_X, 64, 1), ["relu", "sigmoid"], seed=1, dtype="float32")
        net.fit(X.T, y[None], optimizer="adam", epochs=1, batch_size=BATCH)
    else:
        net = glassnet.MLPClassifier((64,), max_iter=1, batch_size=BATCH, random_state=1).fit(X, y)
    training = resident_peak()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    net.forward(X.T) if interface == "Network" else net.predict(X)
    return {"array": X.nbytes, "training": training, "predicting": resident_peak()}


def measure(options: Options) -> dict[str, Any]:
    """Return each interface's bytes, from processes of their own; once, because a peak hardly varies."""
    size, result = QUICK_SIZE if options.quick else SIZE, {}
    for interface in INTERFACES:
        code = f"import json, memory; print(json.dumps(memory.peaks({interface!r}, {size})))"
        result[interface] = json.loads(in_own_process(code))
        shares = (
            f"{what} {result[interface][what] / result[interface]['array']:.3f}" for what in ("training", "predicting")
        )
        print(f"{interface:<14} peaks, times the array: {', '.join(shares)}", flush=True)
    return result


def figures(result: dict[str, Any]) -> Figures:
    """Return the peaks of whole processes, times the array."""
    return {f"{interface}: {what}": bytes_[what] / bytes_["array"] for interface, bytes_ in result.items()
            for what in ("training", "predicting")}  # fmt: skip


def main() -> None:
    """Measure and print."""
    script("memory", "Peak memory beside a large array.", measure, figures)


if __name__ == "__main__":
    main()
