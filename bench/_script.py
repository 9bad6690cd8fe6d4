"""What the benchmark scripts share: options, the printed verdicts, and the JSON file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Verdict = dict[str, Any]  # target (what is asked), met (True, False, or None: not measured) and figure
WORDS = {True: "met", False: "not met", None: "not measured"}


def verdict(target: str, ratio: float | None, met: bool | None, unit: str = "x") -> Verdict:
    """Set a figure against a target; without a figure it is not measured."""
    if ratio is None:
        return {"target": target, "met": None, "figure": ""}
    return {"target": target, "met": met, "figure": f"{ratio:.3g}{unit}"}


def line_of(verdict: Verdict) -> str:
    """Set a verdict as a line."""
    return f"{WORDS[verdict['met']]:<13}{verdict['target']}: {verdict['figure'] or '-'}"


def options(description: str, repeats: int = 5) -> argparse.Namespace:
    """Read the options that every benchmark script has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=repeats)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, measures nothing")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    return parser.parse_args()


def script(description: str, measure: Callable[..., dict[str, Any]], verdicts: Callable[..., list[Verdict]]) -> None:
    """Measure, print the numbers and the verdicts, and write the JSON file where one is named."""
    asked = options(description)
    result = measure(asked.repeats, asked.quick)
    print(json.dumps(result, indent=2))
    print(*map(line_of, verdicts(result)), sep="\n")
    if asked.json is not None:
        asked.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
