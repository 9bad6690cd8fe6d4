"""What share of a core's peak each matrix product of the workloads reaches, by each library, on one core.

The peak is that of chains of multiplications with additions in registers, which a C compiler makes of 30 lines; without
one it is the fastest product seen here. NumPy's BLAS, glassnet's own product, oneDNN and libxsmm (Debian's libdnnl2,
and libxsmm-dev, whose static library the compiler turns into one that can be loaded) take turns, in a process that is
held to one core. oneDNN's older interface has no float64.

    python bench/products.py [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from ctypes.util import find_library
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from _common import cpu_info, in_own_process, native_product
from _script import Options, script
from targets import Figures
from workloads import DROPOUT, LARGE, MIDDLE, QUICK, SMALL, WORKLOADS

PIECE, QUICK_PIECE = 0.01, 0.0005  # seconds of one turn
TYPES = ("float32", "float64")
STATIC_XSMM = (Path("/usr/lib/libxsmm.a"), Path("/usr/lib/libxsmmnoblas.a"))
PEAK = r"""
#include <time.h>
typedef TYPE v __attribute__((vector_size(BYTES)));
double rate(void) {
    v a[12], x, y;
    for (int j = 0; j < sizeof(v) / sizeof(TYPE); j++) { x[j] = 0.999; y[j] = 1e-3; }
    #pragma GCC unroll 12
    for (int i = 0; i < 12; i++) a[i] = x * (TYPE)(i + 1);
    double best = 0;
    for (int turn = 0; turn < 20; turn++) {
        struct timespec s, e;
        clock_gettime(CLOCK_MONOTONIC, &s);
        for (int n = 0; n < 100000; n++) {
            #pragma GCC unroll 12
            for (int i = 0; i < 12; i++) a[i] = a[i] * x + y;
        }
        clock_gettime(CLOCK_MONOTONIC, &e);
        double seconds = (e.tv_sec - s.tv_sec) + 1e-9 * (e.tv_nsec - s.tv_nsec);
        double done = 2.0 * 12 * 100000 * (sizeof(v) / sizeof(TYPE)) / seconds;
        if (done > best) best = done;
    }
    volatile TYPE kept = 0;
    #pragma GCC unroll 12
    for (int i = 0; i < 12; i++) kept += a[i][0];
    return best;
}
"""
Product = Callable[[np.ndarray, np.ndarray, np.ndarray], Any]


def shapes(numbers: list[int]) -> list[tuple[str, int, int, int, str]]:
    """Return the products of a step: whose they are, n, k, m of (n, k) @ (k, m), and the factors' order in memory.

    A factor is "T" where it is a turned view: A.T in dW = dZ @ A.T, W.T in dA = W.T @ dZ.
    """
    found = []
    for number in numbers:
        workload = WORKLOADS[number]
        for l, (n_prev, n) in enumerate(pairwise(workload.layers), 1):
            m = workload.batch
            found.append((f"{workload.name}: Z[{l}]", n, n_prev, m, "NT" if l == 1 else "NN"))  # X is a view of rows
            found.append((f"{workload.name}: dW[{l}]", n, m, n_prev, "NN" if l == 1 else "NT"))
            found += [(f"{workload.name}: dA[{l - 1}]", n_prev, n, m, "TN")] * (l > 1)
    return found


def compiled(folder: str, name: str, *words: str) -> ctypes.CDLL | None:
    """Return a library that the C compiler makes; None where there is no compiler, or it fails."""
    compiler, path = shutil.which("cc") or shutil.which("gcc"), Path(folder, name)
    if compiler is None:
        return None
    done = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", path, *words], capture_output=True, check=False)
    return ctypes.CDLL(str(path)) if done.returncode == 0 else None


def peak(folder: str, dtype: str) -> float | None:
    """Return the operations per second of a core at its widest vectors; None without a compiler."""
    flags, best = cpu_info("flags").split(), None
    file = Path(folder, "peak.c")
    file.write_text(PEAK, encoding="ascii")
    for flag, width, option in (("avx512f", 64, "-mavx512f"), ("avx2", 32, "-mavx2")):
        if flag in flags:
            kind = {"float32": "float", "float64": "double"}[dtype]
            words = (f"-DTYPE={kind}", f"-DBYTES={width}", option, "-mfma", "-ffp-contract=fast", str(file))
            library = compiled(folder, f"{flag}-{dtype}.so", *words)
            if library is not None:
                library.rate.restype = ctypes.c_double
                best = max(best or 0.0, library.rate())
    return best


def row_major(M: np.ndarray) -> tuple[bytes, int, int]:
    """Return how a row-major library takes a matrix: b"N" or b"T", the address, and the numbers from row to row."""
    turned = M.strides[1] != M.itemsize
    return b"T" if turned else b"N", M.ctypes.data, M.strides[1 if turned else 0] // M.itemsize


def dnnl_product(library: ctypes.CDLL) -> Product:
    """Return oneDNN's sgemm, which is row-major."""

    def product(A: np.ndarray, B: np.ndarray, out: np.ndarray) -> None:
        (turn_A, at_A, row_A), (turn_B, at_B, row_B), (_, at_out, row_out) = map(row_major, (A, B, out))
        size, real, at, char = ctypes.c_int64, ctypes.c_float, ctypes.c_void_p, ctypes.c_char
        library.dnnl_sgemm(char(turn_A), char(turn_B), size(len(A)), size(B.shape[1]), size(len(B)), real(1), at(at_A),
                           size(row_A), at(at_B), size(row_B), real(0), at(at_out), size(row_out))  # fmt: skip

    return product


def xsmm_product(library: ctypes.CDLL, dtype: str) -> Product:
    """Return libxsmm's gemm, which is column-major: out.T = B.T @ A.T."""
    call = library.libxsmm_sgemm if dtype == "float32" else library.libxsmm_dgemm
    real = ctypes.c_float if dtype == "float32" else ctypes.c_double

    def product(A: np.ndarray, B: np.ndarray, out: np.ndarray) -> None:
        (turn_A, at_A, row_A), (turn_B, at_B, row_B), (_, at_out, row_out) = map(row_major, (A, B, out))
        size, at = (lambda value: ctypes.byref(ctypes.c_int(value))), ctypes.c_void_p
        call(turn_B, turn_A, size(B.shape[1]), size(len(A)), size(len(B)), ctypes.byref(real(1)), at(at_B), size(row_B),
             at(at_A), size(row_A), ctypes.byref(real(0)), at(at_out), size(row_out))  # fmt: skip

    return product


def products_of(dtype: str, folder: str) -> dict[str, Product]:
    """Return the libraries' products that are found here."""
    found: dict[str, Product] = {"NumPy": lambda A, B, out: np.matmul(A, B, out=out)}
    if (own := native_product()) is not None:
        found["glassnet"] = own
    name = find_library("dnnl") or "libdnnl.so.2"
    if dtype == "float32":
        with suppress(OSError):
            found["oneDNN"] = dnnl_product(ctypes.CDLL(name))
    if all(path.exists() for path in STATIC_XSMM):
        archives = ["-Wl,--whole-archive", *map(str, STATIC_XSMM), "-Wl,--no-whole-archive"]
        xsmm = compiled(folder, f"xsmm-{dtype}.so", *archives, "-lpthread", "-lm", "-ldl")
        if xsmm is not None:
            xsmm.libxsmm_init()
            found["libxsmm"] = xsmm_product(xsmm, dtype)
    return found


def factors(n: int, k: int, m: int, order: str, dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both factors in the order that a step has them in, and room for their product."""
    rng = np.random.default_rng(0)
    pair = (rng.standard_normal(shape[:: -1 if turn == "T" else 1]).astype(dtype)
            for shape, turn in zip(((n, k), (k, m)), order, strict=True))  # fmt: skip
    A, B = (M.T if turn == "T" else M for M, turn in zip(pair, order, strict=True))
    return A, B, np.zeros((n, m), dtype)


def best_rates(found: dict[str, Product], A: Any, B: Any, out: Any, piece: float, repeats: int) -> dict[str, float]:
    """Return each library's operations per second, the best of alternating turns; what is wrong is left out."""
    seconds, right = {}, A @ B
    for name, product in list(found.items()):
        out[:] = 0
        product(A, B, out)
        if np.allclose(out, right, rtol=1e-3, atol=1e-3 * len(B) ** 0.5):
            seconds[name] = float("inf")
    began = time.perf_counter()
    np.matmul(A, B, out=out)
    count = max(1, round(piece / (time.perf_counter() - began)))
    for _ in range(repeats):
        for name, best in list(seconds.items()):
            work = partial(found[name], A, B, out)
            began = time.perf_counter()
            for _ in range(count):
                work()
            seconds[name] = min(best, (time.perf_counter() - began) / count)
    return {name: 2 * out.size * len(B) / value for name, value in seconds.items()}


def on_one_core(numbers: list[int], piece: float, repeats: int) -> dict[str, Any]:
    """Return the peak and a row for each product and type, measured in this process, which is held to a core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    peaks, rows = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for dtype in TYPES:
            found, of_type = products_of(dtype, folder), []
            for name, n, k, m, order in shapes(numbers):
                rates = best_rates(found, *factors(n, k, m, order, dtype), piece, repeats)
                of_type.append({"product": name, "shape": [n, k, m], "order": order, "type": dtype, "rates": rates})
            known = peak(folder, dtype)
            peaks[dtype] = {
                "rate": known or max(max(row["rates"].values()) for row in of_type),
                "is_measured": bool(known),
            }
            rows += of_type
    return {"peak": peaks, "rows": rows}


def measure(options: Options) -> dict[str, Any]:
    """Return the peak of a core, and each library's rate for each product."""
    numbers = [QUICK] if options.quick else sorted((*SMALL, *MIDDLE, LARGE, DROPOUT))
    piece = QUICK_PIECE if options.quick else PIECE
    code = f"import json, products; print(json.dumps(products.on_one_core({numbers}, {piece}, {options.repeats})))"
    result: dict[str, Any] = json.loads(in_own_process(code, threads=1))
    names = sorted({name for row in result["rows"] for name in row["rates"]})
    print(f"{'percent of a core':<50}{'type':>9}" + "".join(f"{name:>10}" for name in names))
    for row in result["rows"]:
        rate = result["peak"][row["type"]]["rate"]
        cells = "".join(
            f"{100 * row['rates'][name] / rate:>10.1f}" if name in row["rates"] else f"{'-':>10}" for name in names
        )
        print(f"{row['product']:<50}{row['type']:>9}{cells}")
    return result


def figures(result: dict[str, Any]) -> Figures:
    """Return nothing: no target is set for single products."""
    del result
    return {}


def main() -> None:
    """Measure and print."""
    script("products", "Shares of a core's peak.", measure, figures)


if __name__ == "__main__":
    main()
