"""What the benchmark scripts share: options, the printed verdicts, and the JSON file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Verdict = dict[str, Any]  # target (what is asked), met (True, False, or None: not measured) and measured (the number)
WORDS = {True: "met", False: "not met", None: "not measured"}


def verdict(target: str, ratio: float | None, met: bool | None, unit: str = "x") -> Verdict:
    """Compare a number with its target; without a number it is not measured."""
    if ratio is None:
        return {"target": target, "met": None, "measured": ""}
    return {"target": target, "met": None if met is None else bool(met), "measured": f"{ratio:.3g}{unit}"}


def line_of(verdict: Verdict) -> str:
    """Set a verdict as a line."""
    return f"{WORDS[verdict['met']]:<13}{verdict['target']}: {verdict['measured'] or '-'}"


def parser_of(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark script has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each baseline, of which the median counts")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, measures nothing")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    return parser


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write what was measured."""
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def script(description: str, measure: Callable[..., dict[str, Any]], verdicts: Callable[..., list[Verdict]]) -> None:
    """Measure, which prints its table, print the verdicts, and write the JSON file where one is named."""
    asked = parser_of(description).parse_args()
    result = measure(asked.repeats, asked.quick)
    if not asked.quick:  # small sizes decide nothing
        print(*map(line_of, verdicts(result)), sep="\n")
    if asked.json is not None:
        write_json(asked.json, result)
