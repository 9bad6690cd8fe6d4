"""Training on rows that do not fit into memory: how fast, and in how much memory, beside rows that do.

Parquet files are drawn from a real table (rows of diamonds.csv with replacement, their numbers moved by 1 %): 10
columns with the target. The same network, a small one (64-64) so that reading weighs much, is trained on all of them
as a stream, and on some of them in memory, each in a process of its own. Rows per second are those of the training's
steps; the passes that prepare the rows are told beside. Memory is the peak of the process, libraries and all.

With --text there is one more column, of 5 to 24 words each, whose frequencies fall as those of a language do (Zipf's
law); the price rises and falls with them. Then the recipe "quick" is trained, which has scores of the words.

    python bench/stream.py [--rows 20000000] [--in-memory 2000000] [--text] [--folder FOLDER] [--json FILE] [--quick]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from _common import in_own_process, resident_peak
from _script import write_json

TABLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "diamonds.csv"
TARGET, MEMORY = "price", "1GB"
PART = 1_000_000  # rows of a file
SETTINGS: dict[str, Any] = {"epochs": 1, "validation": 0.005, "random_state": 0}
LAYERS: dict[bool, dict[str, Any]] = {False: {"hidden": (64, 64)}, True: {"preset": "fast", "n_networks": 1}}
WORDS, ZIPF, LENGTHS = 50_000, 1.15, (5, 25)


def texts(rng: Any, m: int) -> tuple[Any, Any]:
    """Return texts of drawn words, and what they say about the target, of standard deviation 1 or so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = rng.integers(*LENGTHS, m)
    words = np.minimum(rng.zipf(ZIPF, lengths.sum()), WORDS) - 1
    row = np.repeat(np.arange(m), lengths)
    effects = np.random.default_rng(0).normal(size=WORDS)
    letters = (np.arange(WORDS)[:, np.newaxis] // 26 ** np.arange(4) % 26 + ord("a")).astype(np.uint8)
    spelled = pa.array(letters.view("S4")[:, 0].astype(str)).take(pa.array(words))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    said = np.bincount(row, effects[words], m) / np.sqrt(lengths)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(starts), spelled), " "), said


def draw(folder: Path, rows: int, part: int = PART, *, text: bool = False) -> None:
    """Write Parquet files of rows that are drawn from a real table, unless they are there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    import glassnet

    table = glassnet.read(TABLE).X.replace_schema_metadata(None)
    folder.mkdir(parents=True, exist_ok=True)
    for k, start in enumerate(range(0, rows, part)):
        m, path, rng = min(part, rows - start), folder / f"{k:04}.parquet", np.random.default_rng([0, k])
        if path.is_file():
            continue
        drawn = table.take(rng.integers(0, len(table), m))
        columns = {}
        for name in table.column_names:
            cells = drawn[name]
            if pa.types.is_floating(cells.type):
                cells = pa.array(np.round(cells.to_numpy() * (1 + 0.01 * rng.normal(size=m)), 3))
            columns[name] = cells
        if text:
            columns["text"], said = texts(rng, m)
            columns[TARGET] = pa.array(np.round(drawn[TARGET].to_numpy() * np.exp(0.3 * said), 2))
        pq.write_table(pa.table(columns), path)


class Clock:
    """A callback that takes the processor time of a training, of all its threads."""

    seconds = 0.0

    def __call__(self, progress: Any) -> None:
        """Take the time of the start, and what has passed since at the end."""
        if progress.moment in ("start", "end"):
            self.seconds = time.process_time() - self.seconds


def streamed(folder: str, cache: str, text: bool) -> dict[str, Any]:
    """Train on a folder as a stream, in this process, and predict its first file."""
    import glassnet

    began = time.perf_counter()
    data = glassnet.dataset(folder, TARGET, memory=MEMORY, cache=cache)
    clock = Clock()
    model = glassnet.TabularRegressor(**SETTINGS, **LAYERS[text]).fit(data, callbacks=[clock])
    seconds, peak = time.perf_counter() - began, resident_peak()
    stored = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
    found = _figures(model, clock, seconds, peak) | {"stored": stored, "files": data.n_bytes}
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    began, rows = time.perf_counter(), 0
    for table in glassnet.dataset(str(sorted(Path(folder).iterdir())[0])).batches():
        rows += len(model.predict(table.drop_columns([TARGET])))
    took = time.perf_counter() - began
    return found | {"predicted": rows, "predicting": rows / took, "predicting_peak": resident_peak()}


def in_memory(folder: str, rows: int, text: bool) -> dict[str, Any]:
    """Train on the first rows of a folder in memory, in this process."""
    import pyarrow.dataset as ds

    import glassnet

    began = time.perf_counter()
    table = ds.dataset(folder, format="parquet").head(rows)
    y = table[TARGET].to_numpy().astype(float)
    clock = Clock()
    X = table.drop_columns([TARGET])
    model = glassnet.TabularRegressor(**SETTINGS, **LAYERS[text]).fit(X, y, callbacks=[clock])
    return _figures(model, clock, time.perf_counter() - began, resident_peak())


def _figures(model: Any, clock: Clock, seconds: float, peak: int) -> dict[str, Any]:
    history, rows = model.history_, model.network_.record["samples"]
    return {
        "rows": rows, "epochs": history.epochs, "seconds": seconds, "training": history.seconds,
        "rows_per_second": rows * history.epochs / history.seconds, "cpu": clock.seconds,
        "rows_per_cpu_second": rows * history.epochs / clock.seconds, "peak": peak, "engine": history.engine,
        "validation_cost": float(np.mean(history.validation_cost[-1])),
    }  # fmt: skip


def measure(rows: int, some: int, folder: Path, *, text: bool) -> dict[str, Any]:
    """Draw, train on both, and print what was measured."""
    draw(folder, rows, min(PART, max(some, 1)), text=text)
    with tempfile.TemporaryDirectory(dir=folder.parent) as cache:
        code = f"import json, stream; print(json.dumps(stream.streamed({str(folder)!r}, {cache!r}, {text})))"
        stream = json.loads(in_own_process(code, threads=1))
    code = f"import json, stream; print(json.dumps(stream.in_memory({str(folder)!r}, {some}, {text})))"
    memory = json.loads(in_own_process(code, threads=1))
    for name, each in (("streamed", stream), ("in memory", memory)):
        print(
            f"{name:<10} {each['rows']:>11,} rows, {each['rows_per_second']:>9,.0f} rows/s in training "
            f"({each['rows_per_cpu_second']:,.0f} per second of processor time), "
            f"{each['seconds']:,.0f} s in all, peak {each['peak'] / 1e6:,.0f} MB, cost {each['validation_cost']:.4f}"
        )
    share, of_cpu = (stream[name] / memory[name] for name in ("rows_per_second", "rows_per_cpu_second"))
    passes = stream["seconds"] - stream["training"]
    print(
        f"share of the rows per second: {share:.2f} ({of_cpu:.2f} of those per second of processor time)\n"
        f"two passes over {stream['files'] / 1e6:,.0f} MB of files: {passes:,.0f} s; blocks: "
        f"{stream['stored'] / stream['rows']:.1f} bytes a row\n"
        f"predicted {stream['predicting']:,.0f} rows/s, peak {stream['predicting_peak'] / 1e6:,.0f} MB"
    )
    return {"streamed": stream, "in_memory": memory, "share": share, "share_of_cpu": of_cpu}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Training on rows that do not fit into memory.")
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--in-memory", type=int, default=2_000_000, help="rows of the training in memory")
    parser.add_argument("--text", action="store_true", help="a column of free text more")
    parser.add_argument("--folder", type=Path, help="where the files are drawn, and stay")
    parser.add_argument("--quick", action="store_true", help="few rows: shows that it runs, measures nothing")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    asked = parser.parse_args()
    rows, some = (3000, 1000) if asked.quick else (asked.rows, asked.in_memory)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="glassnet-stream-")) / "rows"
    result = measure(rows, some, folder, text=asked.text)
    if asked.json is not None:
        write_json(asked.json, result)
    if asked.folder is None:
        shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
