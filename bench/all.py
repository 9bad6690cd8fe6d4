"""Run every benchmark, print each target with its verdict, and write bench/results.json."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from _common import machine
from _script import Verdict, line_of, options

PARTS = ("step", "limit", "scaling", "start", "search", "memory")
RESULTS = Path(__file__).with_name("results.json")


def run(part: str, repeats: int, quick: bool) -> tuple[dict[str, Any], list[Verdict]]:
    """Run one script; a part that is missing or fails says so in place of its figures."""
    try:
        module = importlib.import_module(part)
        result = module.measure(repeats, quick)
        return result, module.verdicts(result)
    except Exception as error:
        figure = f"{type(error).__name__}: {error}"
        return {"failed": figure}, [{"target": f"bench/{part}.py", "met": None, "figure": figure}]


def main() -> None:
    """Run all parts."""
    asked = options("Every benchmark.")
    document: dict[str, Any] = {"machine": machine(), "repeats": asked.repeats, "quick": asked.quick, "parts": {}}
    targets: list[Verdict] = []
    for part in PARTS:
        print(f"bench/{part}.py ...", flush=True)
        document["parts"][part], found = run(part, asked.repeats, asked.quick)
        if asked.quick:  # small sizes decide nothing
            found = [{**verdict, "met": None} for verdict in found]
        targets += found
        print(*map(line_of, found), sep="\n", flush=True)
    document["targets"] = targets
    path = asked.json or RESULTS
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"\n{path}", *map(line_of, sorted(targets, key=lambda v: v["target"])), sep="\n")


if __name__ == "__main__":
    main()
