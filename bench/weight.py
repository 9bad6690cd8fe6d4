"""What glassnet weighs: its import, its native library, its wheel, and what it brings along.

python bench/weight.py [--before FOLDER] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from email import message_from_bytes
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median
from typing import Any

from packaging.requirements import Requirement

from _common import in_own_process
from _script import Options, script
from targets import Figures

HERE = Path(__file__).resolve().parents[1]
IMPORT = """
import json, sys, time
held = set(sys.modules)
began = time.perf_counter()
import glassnet
seconds, modules = time.perf_counter() - began, len(set(sys.modules) - held)
loading = None
try:
    from glassnet.backends.native import library
    began = time.perf_counter()
    library.library()
    loading = time.perf_counter() - began
except Exception:  # this version has none, or it is not built
    pass
print(json.dumps([seconds, modules, loading]))
"""


def wheel_of(source: Path, folder: str, native: bool = True) -> Path:
    """Build the wheel of a copy of a source tree with the tools that are installed here."""
    copy, built = Path(folder, "source"), shutil.ignore_patterns("__pycache__", "kernels.so", "kernels.json")
    shutil.copytree(source / "src", copy / "src", ignore=built)
    for file in source.iterdir():
        if file.is_file() and file.name != ".git":
            shutil.copy(file, copy)
    words = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(copy))
    settings = dict(os.environ) | ({} if native else {"GLASSNET_NATIVE": "0"})
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words], capture_output=True, text=True, env=settings, check=False
    )
    if done.returncode:
        raise RuntimeError(f"no wheel of {source}: {done.stderr[-500:]}")
    return next(Path(folder).glob("*.whl"))


def requirements(lines: list[str]) -> set[str]:
    """Return the names of what requirement lines ask for on this machine, without extras."""
    asked = map(Requirement, lines)
    return {each.name.lower() for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})}


def brought_along(direct: set[str]) -> dict[str, int]:
    """Return the bytes of every installed package that direct requirements bring along, themselves included."""
    found: dict[str, int] = {}
    left = set(direct)
    while left:
        name = left.pop()
        if name in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            found[name] = 0
            continue
        paths = (Path(str(package.locate_file(file))) for file in package.files or ())
        found[name] = sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.exists())
        left |= requirements(package.requires or [])
    return found


def weigh(source: Path, native: bool = True) -> dict[str, Any]:
    """Return the bytes of a source tree's wheel, as a file and installed, and its dependencies with theirs."""
    with tempfile.TemporaryDirectory() as folder:
        path = wheel_of(source, folder, native)
        with zipfile.ZipFile(path) as wheel:
            entries = wheel.infolist()
            metadata = next(entry for entry in entries if entry.filename.endswith(".dist-info/METADATA"))
            lines = message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist", [])
        direct = requirements(lines)
        along = brought_along(direct)
        return {"wheel": path.stat().st_size, "installed": sum(entry.file_size for entry in entries),
                "direct": len(direct), "dependencies": len(along), "dependency_bytes": sum(along.values()),
                "largest": dict(sorted(along.items(), key=lambda pair: -pair[1])[:5])}  # fmt: skip


def measure(options: Options) -> dict[str, Any]:
    """Return what this source tree weighs, and version 0.1's."""
    sources = {"glassnet": HERE} | ({"before": options.before} if options.before else {})
    result: dict[str, Any] = {name: weigh(source, not options.quick) for name, source in sources.items()}
    taken: dict[str, list[Any]] = {name: [] for name in sources}
    for turn in range(options.repeats + 1):
        for name, source in sources.items():
            found = json.loads(in_own_process(IMPORT, source))
            if turn or options.quick:  # the first turn fills the file cache
                taken[name].append(found)
    for name, rows in taken.items():
        seconds, modules, loading = zip(*rows, strict=True)
        known = [value for value in loading if value is not None]
        result[name] |= {"import": median(seconds), "modules": modules[0], "loading": median(known) if known else None}
        print(f"{name:<10}" + ", ".join(f"{key} {value}" for key, value in result[name].items()), flush=True)
    return result


def figures(result: dict[str, Any]) -> Figures:
    """Return shares of version 0.1's time to import, and of the bytes of its dependencies."""
    ours, found = result["glassnet"], {}
    if before := result.get("before"):
        for what in ("import", "dependency_bytes"):
            found[what] = ours[what] / before[what]
    return found


def main() -> None:
    """Measure and print."""
    script("weight", "Import, wheel and dependencies.", measure, figures)


if __name__ == "__main__":
    main()
