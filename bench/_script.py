"""What the benchmark scripts share: options, the printed verdicts, and the JSON file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import targets
from targets import Verdict, line_of

Figures = Callable[[dict[str, Any]], targets.Figures]  # of a part's result


class Options(NamedTuple):
    """What the parts are measured with."""

    repeats: int = 5
    quick: bool = False
    engine: str = "auto"
    before: Path | None = None  # a source tree of version 0.1
    mnist: Path | None = None


def parser_of(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark script has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each baseline, of which the median counts")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, measures nothing")
    parser.add_argument("--engine", default="auto", help='the engine of "glassnet", as `Network.fit` takes it')
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="a source tree of version 0.1, to measure beside")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    return parser


def options_of(asked: argparse.Namespace) -> Options:
    """Return the options that were asked for; a folder that holds no source is refused."""
    before = None if asked.before is None else asked.before.resolve()
    if before is not None and not (before / "src" / "glassnet").is_dir():
        raise SystemExit(f"--before: expected a folder that holds src/glassnet, got {asked.before}")
    repeats = 1 if asked.quick else asked.repeats
    return Options(repeats, asked.quick, asked.engine, before, getattr(asked, "mnist", None))


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write what was measured."""
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def script(part: str, description: str, measure: Callable[[Options], dict[str, Any]], figures: Figures) -> None:
    """Measure, which prints its table, print the verdicts, and write the JSON file where one is named."""
    asked = parser_of(description).parse_args()
    result = measure(options_of(asked))
    found: list[Verdict] = [] if asked.quick else targets.verdicts(part, figures(result))  # small sizes decide nothing
    print(*map(line_of, found), sep="\n")
    if asked.json is not None:
        write_json(asked.json, result)
