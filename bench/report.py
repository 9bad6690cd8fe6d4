"""Write docs/benchmarks.md and its plot from bench/results.json; no number in them is typed by hand.

python bench/report.py [RESULTS] [DOCS]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from targets import WORDS, place_of

RESULTS = Path(__file__).with_name("results.json")
DOCS = Path(__file__).parents[1] / "docs"
BASELINES = ("before", "scikit-learn", "PyTorch", "torch.compile", "JAX", "MLX", "NumPy")
TITLES = {"NumPy": "our NumPy engine", "compiled": "our compiled engine", "before": "version 0.1"}
FIRST = "layers, batch, optimiser, type"
HEAD = """# Benchmarks

Written by `make bench`: every number is from that run, on the machine described at the end. What counts are the ratios,
measured side by side in one run, the libraries taking turns; times depend on the machine and its load. Any part can
be run alone, as `.venv/bin/python bench/step.py`; `.venv/bin/python bench/all.py --only step` brings its results up to
date, and `.venv/bin/python bench/report.py` writes this page from `bench/results.json`. With `--before FOLDER`, a
source tree of version 0.1, that version is measured beside; its targets are not measured without it."""
NO_GPU = """None was available where this was measured, and nothing is claimed. The torch engine's path to CUDA
is held by tests that skip without one."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Set rows as a Markdown table, the first column to the left."""
    head = list(head)
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def short(value: float) -> str:
    """Set a number with three digits that count, and no exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def by_library(rows: list[dict[str, Any]], key: str, unit: float = 1, columns: Iterable[str] = BASELINES) -> str:
    """Return a table: a row for each workload, a column for each baseline that was measured anywhere."""
    there = [name for name in columns if any(name in row[key] for row in rows)]
    cells = ([short(row[key][name] * unit) if name in row[key] else "-" for name in there] for row in rows)
    return table([FIRST, *(TITLES.get(name, name) for name in there)],
                 ([row["workload"], *line] for row, line in zip(rows, cells, strict=True)))  # fmt: skip


def step(result: dict[str, Any]) -> list[str]:
    """Say what a step, a fit and its memory take in glassnet and in the other libraries."""
    rows = result["workloads"]
    every = ("glassnet", "compiled", "NumPy", *BASELINES[:-1])
    reasons = {f"{name}: {why}" for row in rows for name, why in row["absent"].items() if not why.startswith("left to")}
    reasons |= {f"{name}: {why}" for name, why in result.get("unmeasured", {}).items()}
    engines = " or ".join(sorted({row.get("engine", "compiled") for row in rows}))
    parts = [
        f"How many times longer than glassnet a training step takes: medians; glassnet's engine is {engines}. "
        "scikit-learn has no AdamW and uses Adam. "
        "`torch.compile` is measured on the workloads of middle size, and MLX on small ones: on the processor it is "
        "slow on others; their compilation and JAX's is not counted. "
        "Version 0.1 is its compiled engine, warm, in a process of its own.",
        by_library(rows, "ratio"),
        "A whole fit with its preparation; JAX compiles in each, version 0.1 is warm.",
        by_library(rows, "whole_ratio"),
        "The times, in microseconds per step.",
        by_library(rows, "seconds", 1e6, every),
        "From the same weights, all come to the same costs: over six full-batch steps in float64 they differ by "
        f"{result['cost_difference']:.0e} at most.",
    ]
    if result["memory"]:
        parts += ["Memory that a training adds to its process at the peak, in MB, without the data.",
                  by_library(result["memory"], "bytes", 1e-6, every)]  # fmt: skip
    return parts + (["Left out: " + "; ".join(sorted(reasons)) + "."] if reasons else [])


def first(result: dict[str, Any]) -> list[str]:
    """Say what a newcomer's first fit takes."""
    rows = [{"workload": row["workload"], "seconds": row["first"]} for row in result["kinds"]]
    names = ("glassnet", *BASELINES)
    parts = [
        "A fresh process with an empty home folder, imports aside. From `fit` called until its first step is done, in "
        "milliseconds; version 0.1 as it chooses its engine by itself.",
        by_library(rows, "seconds", 1e3, names),
    ]
    for size in dict.fromkeys(size for row in result["kinds"] for size in row["fits"]):
        rows = [{"workload": f"{row['workload']}, {row['fits'][size]['epochs']:,} epochs", **row["fits"][size]}
                for row in result["kinds"] if size in row["fits"]]  # fmt: skip
        parts += [f"Whole fits of as many epochs as a warm machine trains in {size} s; seconds.",
                  by_library(rows, "seconds", 1, names)]  # fmt: skip
    short = ", ".join(f"{TITLES.get(name, name)} {value:.3f} s" for name, value in result["short"].items())
    return [*parts, f"1,120 steps of 64-64-10 in a fresh process: {short}."]


def threads(result: dict[str, Any]) -> list[str]:
    """Say what a second core gives."""
    rows = ([row["workload"], *(short(row["seconds"][key] * 1e6) for key in ("one", "all")), f"{row['ratio']:.2f}"]
            for row in result["workloads"])  # fmt: skip
    head = (FIRST, "one core", f"{result['cores']} cores", "times faster")
    return [f"Microseconds per step of a process that is held to one core, and of one that has {result['cores']}.",
            table(head, rows)]  # fmt: skip


def products(result: dict[str, Any]) -> list[str]:
    """Say what share of a core's peak each product reaches."""
    names = sorted({name for row in result["rows"] for name in row["rates"]})
    peaks = result["peak"]
    rows = ([f"{row['product']}, {row['type']}", "x".join(map(str, row["shape"])),
             *(f"{100 * row['rates'][name] / peaks[row['type']]['rate']:.0f}" if name in row["rates"] else "-"
               for name in names)] for row in result["rows"])  # fmt: skip
    known = ", ".join(f"{peak['rate'] / 1e9:.0f} billion operations per second in {dtype}"
                      + ("" if peak["is_measured"] else " (the fastest product: there is no C compiler)")
                      for dtype, peak in peaks.items())  # fmt: skip
    missing = [name for name in ("glassnet", "oneDNN", "libxsmm") if name not in names]
    left_out = [f"Not installed: {', '.join(missing)}."] if missing else []
    return [f"Percent of a core's peak, which is {known}; n x k x m of (n, k) @ (k, m), each factor as a step has it. "
            "A library without a number does not take that product.",
            table(("product", "n x k x m", *names), rows), *left_out]  # fmt: skip


def weight(result: dict[str, Any]) -> list[str]:
    """Say what an installation weighs."""

    def megabytes(value: float) -> str:
        return f"{value / 1e6:.1f} MB"

    rows = {
        "`import glassnet`": lambda found: f"{found['import'] * 1e3:.0f} ms",
        "modules that it loads": lambda found: str(found["modules"]),
        "loading the native library": lambda found: (
            "-" if found["loading"] is None else f"{found['loading'] * 1e3:.1f} ms"
        ),
        "wheel": lambda found: megabytes(found["wheel"]),
        "installed": lambda found: megabytes(found["installed"]),
        "direct dependencies": lambda found: str(found["direct"]),
        "packages that they bring along": lambda found: str(found["dependencies"]),
        "their size": lambda found: megabytes(found["dependency_bytes"]),
    }
    return [table(("what", *(TITLES.get(name, name) for name in result)),
                  ([what, *map(cell, result.values())] for what, cell in rows.items()))]  # fmt: skip


def mnist(result: dict[str, Any]) -> list[str]:
    """Say how long the way to an accuracy takes."""
    rows = ([TITLES.get(name, name), f"{result['time']['median'][name]:.1f}",
             ", ".join(str(row[1]) for row in each), ", ".join(f"{row[2]:.4f}" for row in each)]
            for name, each in result["time"]["rows"].items())  # fmt: skip
    return ["MNIST to an accuracy of 0.972 on its test pictures, from equal seeds; the accuracy is looked at after "
            "each epoch, and that counts.", table(("library", "seconds", "epochs", "accuracy"), rows)]  # fmt: skip


def roofline(result: dict[str, Any]) -> list[str]:
    """Say how near a step comes to what the machine can do."""
    rates, memory, halves = result["rates"], result["bandwidth"], result["bfloat16"]
    names = sorted({name for found in rates.values() for name in found})
    products = ([dtype, *(short(found[name] / 1e9) if name in found else "-" for name in names)]
                for dtype, found in rates.items())  # fmt: skip
    n, k, m = result["shape"]
    workloads = ([row["workload"], *(short(row[key] * 1e6) for key in ("products", "memory", "achieved")), row["bound"],
              short(row["ratio"])] for row in result["workloads"])  # fmt: skip
    parts = [
        f"A product of {n}x{k} by {k}x{m} numbers, in billion operations per second:",
        table(["type", *names], products),
        f"Memory, read and written: {memory['copy'] / 1e9:.1f} GB per second by copying, "
        f"{memory['triad'] / 1e9:.1f} by adding two arrays into a third.",
        "A step cannot be faster than its products at the best of these rates, nor than its bytes (the samples once; "
        "the parameters and the optimiser's moments, read and written) at the bandwidth of as many bytes. The "
        "larger of both is the floor; in microseconds. Below 1 the products of a step are faster than the large one.",
        table((FIRST, "products", "memory", "achieved", "floor is", "achieved / floor"), workloads),
    ]
    if large := result["large"]:
        line = ", ".join(f"{share:.2f} of {name}'s" for name, share in large.items())
        parts.append(f"The large workload's operations per second, in turn with the float32 products: {line}.")
    if halves:
        line = ", ".join(f"{name} {value * 1e3:.0f} ms" for name, value in halves.items())
        parts.append(f"The large workload with products in bfloat16: {line} per step. The processor has "
                     f"{'' if result['amx'] else 'no '}AMX.")  # fmt: skip
    return parts


def scaling(result: dict[str, Any]) -> list[str]:
    """Say how time and memory grow."""
    names = {"m": "samples", "width": "width", "depth": "depth, less what no layer costs", "k": "stacked networks"}
    rows = ([names[axis], f"{found['sizes'][0]:,} to {found['sizes'][-1]:,}",
             *("-" if found[key] is None else f"{found[key]:.3f}" for key in ("exponent", "memory_exponent"))]
            for axis, found in result.items())  # fmt: skip
    own, depth = result["width"]["product_exponent"], result["depth"]
    return [
        "Exponents of the time of a full-batch step, and of the memory that a fit adds to its process (what every fit "
        "needs makes the latter small):",
        table(("grows with", "sizes", "time", "memory"), rows),
        f"A layer's products alone grow with width by {'-' if own is None else f'{own:.3f}'}. Seconds are a line in "
        f"depth with R² = {depth['r2']:.4f}.",
    ]


def start(result: dict[str, Any]) -> list[str]:
    """Say what a whole process takes."""
    middle, same = result["median"], result["network"]
    rows = ([name, f"{seconds / middle['glassnet']:.2f}", f"{seconds:.2f}", str(result["epochs"][name]),
             f"{result['accuracy'][name]:.3f}"] for name, seconds in middle.items())  # fmt: skip
    hidden = " and ".join(map(str, same["hidden"]))
    return [
        f"One network of {hidden} relu units for {same['epochs']} epochs in batches of {same['batch']} on 400 rows, of "
        "which a fifth is kept for the score: `glassnet train small.csv --target y --hidden ...` beside scripts that "
        'do the same. "no settings" is `glassnet train small.csv --target y`, which chooses between linear and '
        "deep networks, eight of each.",
        table(("process", "times glassnet's", "seconds", "epochs", "test accuracy"), rows),
    ]


def search(result: dict[str, Any]) -> list[str]:
    """Say what a search takes."""
    middle, chosen = result["median"], result["chosen"]
    choice = {name: (short(found["rate"]), f"{found['score']:.4f}") for name, found in chosen.items()}
    rows = ([TITLES.get(name, name), f"{seconds / middle.get('glassnet', seconds):.2f}", f"{seconds:.2f}",
             *choice.get(name, "--")] for name, seconds in middle.items())  # fmt: skip
    return ["Five-fold cross-validation of 20 learning rates on digits (float32), 30 epochs each: `glassnet.SearchCV` "
            "and scikit-learn's `GridSearchCV` with `n_jobs=2`, over each one's `MLPClassifier`. Beside them "
            "the matrix products of all the fits alone, by NumPy's BLAS with one thread on each core.",
            table(("search", "times glassnet's", "seconds", "chosen rate", "its accuracy"), rows)]  # fmt: skip


def memory(result: dict[str, Any]) -> list[str]:
    """Say what training on a large array takes beside it."""
    size = next(iter(result.values()))["array"]
    rows = ([interface, *(f"{found[key] / found['array']:.3f}" for key in ("training", "predicting"))]
            for interface, found in result.items())  # fmt: skip
    return [f"The peak of the whole process over an array of {size / 1e9:.2g} GB (float32) that it trains on:",
            table(("interface", "training / array", "predicting / array"), rows)]  # fmt: skip


SECTIONS = {
    "step": ("A training step", step),
    "first": ("The first fit", first),
    "threads": ("A second core", threads),
    "roofline": ("The machine's limits", roofline),
    "products": ("Each product", products),
    "scaling": ("How it grows", scaling),
    "start": ("From the shell command to the saved model", start),
    "search": ("A search", search),
    "memory": ("Memory beside a large array", memory),
    "weight": ("What an installation weighs", weight),
    "mnist": ("Handwritten digits", mnist),
}


def plot(result: dict[str, Any], path: Path) -> None:
    """Draw microseconds per step and megabytes against each axis, log-log."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "glassnet"  # equal numbers make equal files
    figure = Figure(figsize=(12, 5.5), layout="constrained")
    kinds = (("seconds", 1e6, "microseconds per step"), ("bytes", 1e-6, "MB added"))
    axes = figure.subplots(2, len(result), sharey="row", squeeze=False)
    for row, (key, unit, label) in zip(axes, kinds, strict=True):
        row[0].set_ylabel(label)
        for ax, (axis, found) in zip(row, result.items(), strict=True):
            values = [value * unit for value in found[key]]
            ax.loglog(found["sizes"], values, "o-")
            ax.set_xlabel(axis)
            ax.set_xticks(found["sizes"], [f"{size:,}" for size in found["sizes"]], rotation=45)
            ax.minorticks_off()
            ax.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def machine_rows(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Set what a machine says about itself."""
    return [(key, (", ".join(value) if isinstance(value, list) else str(value)) or "-") for key, value in about.items()]


def write(document: dict[str, Any], docs: Path) -> None:
    """Write the page and its plot into a folder."""
    parts, page = document["parts"], [HEAD]
    if document["quick"]:
        page.append("**A quick run with small sizes: it shows that the benchmarks run, and measures nothing.**")
    verdicts = sorted((v for part in parts.values() for v in part["targets"]), key=place_of)
    rows = ((v["target"], v.get("asked") or "-", v["measured"] or "-", WORDS[v["met"]]) for v in verdicts)
    page += ["## Targets", table(("target", "asked", "measured", "verdict"), rows)]
    for name, (title, section) in SECTIONS.items():
        part = parts.get(name)
        if part is None:
            continue
        page += [f"## {title}", part["failed"]] if "failed" in part else [f"## {title}", *section(part["result"])]
        if name == "scaling" and "result" in part and find_spec("matplotlib"):
            plot(part["result"], docs / "benchmarks" / "scaling.svg")
            page.append("![Time and memory against samples, width, depth and networks](benchmarks/scaling.svg)")
        load = part["machine"]["load before"]
        page.append(f"<sub>`bench/{name}.py`, {part['date']}, {part['repeats']} repeats, load before {load}.</sub>")
    about = next(iter(parts.values()))["machine"]
    page += ["## Graphics processor", NO_GPU if about["graphics processor"] == "none" else "Not measured here."]
    page += ["## Machine", table(("what", "value"), machine_rows(about)).replace("---:", "---")]
    (docs / "benchmarks.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")


def main() -> None:
    """Write the page from the files named."""
    results, docs = [*map(Path, sys.argv[1:]), *(RESULTS, DOCS)[len(sys.argv) - 1 :]]
    if not results.exists():
        raise SystemExit(f"{results} is not there: python bench/all.py writes it")
    write(json.loads(results.read_text(encoding="utf-8")), docs)


if __name__ == "__main__":
    main()
