"""What every measurement says about itself: the machine, how busy it is, and the versions."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info


def torch_threads() -> str:
    """Return PyTorch's version and threads, if it is there."""
    try:
        import torch
    except ImportError:
        return "not installed"
    return f"{torch.__version__}, {torch.get_num_threads()} threads"


def resident_peak() -> int:
    """Return the most bytes that this process has held in memory so far (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """Say what the numbers were taken on: a busy machine, or a BLAS held to old kernels, shows here."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"]]
    return {
        "processor": model or platform.processor(),
        "cores": cores(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": [
            f"{b['internal_api']} {b['version']} {b.get('architecture', '')} {b['num_threads']} threads" for b in blas
        ],
        "environment": {k: v for k, v in os.environ.items() if k.startswith(("OPENBLAS_", "OMP_", "MKL_"))},
        "glassnet": version("glassnet"),
        "scikit-learn": version("scikit-learn"),
        "PyTorch": torch_threads(),
    }
