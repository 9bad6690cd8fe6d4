"""Run every benchmark, print its tables, and at the end each target with its verdict; write bench/results.json.

    python bench/all.py [--only step,roofline] [--engine auto] [--before FOLDER] [--mnist mnist.npz] [--repeats 5]
                        [--quick] [--json FILE]

`--before` names a source tree of version 0.1, which is then measured beside; `--mnist` what bench/mnist.py reads. With
`--only` the other parts of an earlier file stay as they are. A quick run writes a file only where one is named.
"""

from __future__ import annotations

import importlib
import json
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from _common import machine
from _script import Options, options_of, parser_of, write_json
from targets import Verdict, line_of, place_of, verdicts

PARTS = {
    "step": "a training step, a whole fit and its memory",
    "first": "the first fit of a fresh process",
    "threads": "two cores against one",
    "roofline": "the machine's limits",
    "products": "the rate of each product's shape",
    "scaling": "growth with samples, width, depth and networks",
    "start": "from the shell command to the saved model",
    "search": "a search of 100 fits",
    "memory": "memory beside a large array",
    "weight": "import, wheel and dependencies",
    "mnist": "handwritten digits",
}
RESULTS = Path(__file__).with_name("results.json")


def run(part: str, options: Options) -> dict[str, Any]:
    """Run one script; a part that fails says so in place of its results."""
    about = {"machine": machine(), "repeats": options.repeats, "date": datetime.now(UTC).date().isoformat()}
    about |= {"engine": options.engine, "before": options.before is not None}
    try:
        module = importlib.import_module(part)
        result = module.measure(options)
        targets: list[Verdict] = verdicts(part, module.figures(result))
    except Exception as error:
        traceback.print_exc()
        failed = f"failed: {type(error).__name__}: {error}"
        return {
            **about,
            "failed": failed,
            "targets": [{"target": f"bench/{part}.py", "asked": "", "met": None, "measured": failed}],
        }
    if options.quick:  # small sizes decide nothing
        targets = [{**verdict, "met": None} for verdict in targets]
    return {**about, "result": result, "targets": targets}


def main() -> None:
    """Run the parts that are asked for."""
    parser = parser_of("Every benchmark.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, as step,roofline")
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="mnist.npz; without it that part is left out")
    asked = parser.parse_args()
    options, only = options_of(asked), asked.only.split(",")
    if unknown := [part for part in only if part not in PARTS]:
        parser.error(
            f"--only: expected some of {', '.join(PARTS)}, as step,roofline; got {', '.join(map(repr, unknown))}"
        )
    path = asked.json or (None if asked.quick else RESULTS)
    document: dict[str, Any] = {"quick": asked.quick, "parts": {}}
    if path is not None and path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        document = earlier if earlier["quick"] == asked.quick else document
    if asked.mnist is None:
        only = [part for part in only if part != "mnist"]
    for part in [part for part in PARTS if part in only]:
        print(f"\n=== {part}: {PARTS[part]}\n", flush=True)
        began = time.perf_counter()
        document["parts"][part] = run(part, options)
        print(f"\n({time.perf_counter() - began:.0f} s)", flush=True)
        if path is not None:
            write_json(path, document)
    print("\n=== targets\n")
    targets = [verdict for part in only for verdict in document["parts"][part]["targets"]]
    print(*map(line_of, sorted(targets, key=place_of)), sep="\n")
    if path is not None:
        print(f"\nwritten: {path}")


if __name__ == "__main__":
    main()
