"""Write docs/benchmarks.md and its plots from bench/results.json; nothing in them is typed by hand."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from _script import WORDS

RESULTS = Path(__file__).with_name("results.json")
DOCS = Path(__file__).parents[1] / "docs"


def rows_of(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Flatten nested results to (name, figure); lists stay on one row, in order."""
    if isinstance(value, dict):
        return [row for key, part in value.items() for row in rows_of(part, f"{name} {key}".strip())]
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return [row for i, part in enumerate(value, 1) for row in rows_of(part, f"{name} {i}".strip())]
    parts = value if isinstance(value, list) else [value]
    return [(name, ", ".join(f"{part:.4g}" if isinstance(part, float) else str(part) for part in parts))]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Set rows as a Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def plot(scaling: dict[str, Any], path: Path) -> None:
    """Draw seconds per step and bytes against each axis, log-log, with the fitted exponents."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 6), layout="constrained")
    for row, (key, power) in zip(figure.subplots(2, len(scaling)),
                                 (("seconds", "exponent"), ("bytes", "memory_exponent")), strict=True):  # fmt: skip
        for axes, (axis, line) in zip(row, scaling.items(), strict=True):
            axes.loglog(line["sizes"], line[key], "o-")
            axes.set(xlabel=axis, ylabel=key, title="" if line[power] is None else f"exponent {line[power]:.2f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main() -> None:
    """Write the document and its plot."""
    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    parts = ["# Benchmarks\n\nWritten by `make bench`; the machine and every figure are of that run."]
    if document["quick"]:
        parts.append("**A quick run with small sizes: it shows that the benchmarks run, and measures nothing.**")
    parts += ["## Machine", table(("what", "value"), rows_of(document["machine"]))]
    verdicts = sorted(document["targets"], key=lambda verdict: verdict["target"])
    rows = [(v["target"], WORDS[v["met"]], v["figure"] or "-") for v in verdicts]
    parts += [f"## Targets (medians of {document['repeats']} repeats)", table(("target", "verdict", "figure"), rows)]
    for name, result in document["parts"].items():
        parts += [f"## {name}", f"`python bench/{name}.py --repeats {document['repeats']}`"]
        if name == "scaling" and "failed" not in result and find_spec("matplotlib"):
            plot(result, DOCS / "benchmarks" / "scaling.svg")
            parts.append("![seconds and bytes against size](benchmarks/scaling.svg)")
        parts.append(table(("what", "figure"), rows_of(result)))
    (DOCS / "benchmarks.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
