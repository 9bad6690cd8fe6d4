"""What every measurement needs: what it was taken on, and how much memory a piece of work takes."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

LIBRARIES = {"glassnet": "glassnet", "scikit-learn": "scikit-learn", "PyTorch": "torch", "JAX": "jax", "MLX": "mlx",
             "Numba": "numba"}  # fmt: skip
ENVIRONMENT = ("OPENBLAS_", "OMP_", "MKL_", "GLASSNET_", "ATEN_", "DNNL_", "XLA_")  # of variables that hold speed down


def version_of(package: str) -> str:
    """Return the version of an installed package, or that it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def resident_peak() -> int:
    """Return the most bytes that this process has held in memory so far (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


def added_peak(work: Callable[[], object]) -> int:
    """Return the bytes by which `work` raises what this process holds, at its peak (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    before = resident_peak()
    work()
    return resident_peak() - before


def environment(source: Path | None = None, home: str | None = None, threads: int | None = None) -> dict[str, str]:
    """Return the environment of a process: with another source tree, an empty home, or so many threads of libraries."""
    found = dict(os.environ)
    if source is not None:
        found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(source / "src"), found.get("PYTHONPATH"))))
    if home is not None:
        found.pop("NUMBA_CACHE_DIR", None)
        found |= dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA"), home)
    if threads is not None:
        found |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    return found


def in_own_process(code: str, source: Path | None = None, home: str | None = None, threads: int | None = None) -> str:
    """Run code beside these scripts in a process of its own; return the last line that it prints."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        env=environment(source, home, threads),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{code!r} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout.splitlines()[-1]


def native_product() -> Callable[[np.ndarray, np.ndarray, np.ndarray], object] | None:
    """Return glassnet's own `product(A, B, out)`; None where it has none here."""
    try:
        from glassnet.backends.native.task import product

        product(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2)))
    except ImportError:
        return None
    return product


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_info(key: str) -> str:
    """Return what Linux says about the first processor under a key; "" where it says nothing."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def machine() -> dict[str, Any]:
    """Say what the numbers were taken on: a busy machine, or a BLAS held to old kernels, shows here."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"]]
    flags = cpu_info("flags").split()
    return {
        "processor": cpu_info("model name") or platform.processor(),
        "cores": cores(),
        "vectors": [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags],
        "graphics processor": "none" if not Path("/dev/nvidia0").exists() else "NVIDIA",
        "load before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS of NumPy": [
            f"{b['internal_api']} {b['version']} {b.get('architecture', '')} {b['num_threads']} threads" for b in blas
        ],
        "environment": [f"{k}={v}" for k, v in os.environ.items() if k.startswith(ENVIRONMENT)],
        **{name: version_of(package) for name, package in LIBRARIES.items()},
    }
