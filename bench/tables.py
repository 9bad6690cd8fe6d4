"""43 tables: what one would train without settings, and glassnet's presets. Writes docs/tables.md.

bench/table_data.py lists the tables, and how each is split into training and test rows; bench/table_models.py lists who
is measured. An error is the share of wrong labels, or the root mean squared error over the standard deviation of the
test targets. A fit runs in a process of its own cores; each is a line of the file `--out`, so that a run that was
interrupted goes on where it was, with the same command. `--report` writes the page of such files.

    python bench/tables.py --data FOLDER [--jobs 8 --cores-each 2] [--seeds 3] [--limit SECONDS]
    python bench/tables.py --data FOLDER --only "glassnet default" --ablate
    python bench/tables.py --report bench/tables.jsonl

The folder holds adult-train.csv, adult-test.csv, telco-churn.csv, titanic.csv, penguins.csv, california-housing.csv and
diamonds.csv, as published, and a folder `more`. Models whose libraries are not installed do not take part.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

import table_report
from _common import cores, machine, version_of
from table_data import OWN_SPLIT, TABLES, TRAIN_ROWS, is_there, kind_of, load
from table_models import ALONE, BEST, CHANGES, COLUMNS, DEFAULT, EVERY, FAST, LINEAR, TREES, lacks
from table_results import read
from workers import Worker

HERE = Path(__file__).parent
RESULTS = HERE / "tables.jsonl"
PACKAGES = ("pandas", "pytabkit", "catboost", "lightgbm")
SMALL = 1000
QUICK_TABLES, QUICK_MODELS, QUICK_ROWS = ("waves", "arm"), (LINEAR, TREES, FAST), 300


class Task(NamedTuple):
    """One fit."""

    table: str
    seed: int
    who: str


def tasks_of(asked: argparse.Namespace, done: set[Task]) -> list[Task]:
    """Return what is left to do: seed after seed, the longest fits first."""
    tables = asked.tables.split(",") if asked.tables else QUICK_TABLES if asked.quick else TABLES
    absent = [name for name in tables if not is_there(asked.data, name)]
    who = [name for name in COLUMNS if any(part in name for part in asked.only.split(","))]
    if asked.quick and not asked.only:
        who = list(QUICK_MODELS)
    who += [name for name in CHANGES if asked.ablate]
    who = list(dict.fromkeys(who + [f"always {name}" for name in asked.recipes.split(",") if name]))
    for name in who:
        if lacks(name):
            print(f"{name}: left out, {', '.join(lacks(name))} not installed")
    if absent:
        print(f"left out, not in {asked.data}: {', '.join(absent)}")
    there = [name for name in tables if name not in absent]
    rows = {name: min(TRAIN_ROWS, int(0.75 * len(load(asked.data, name)[1]))) for name in there}
    tasks = []
    for table in there:
        few = asked.small_seeds is not None and rows[table] < SMALL
        seeds = range(asked.small_seeds if few else asked.seeds)
        suit = [name for name in who if not lacks(name) and EVERY[name].only in (None, kind_of(table))]
        tasks += [Task(table, seed, name) for seed in seeds for name in suit]
    tasks.sort(key=lambda task: (task.seed, -EVERY[task.who].weight * (1000 + rows[task.table])))
    if asked.adult and is_there(asked.data, OWN_SPLIT):
        tasks += [Task(OWN_SPLIT, 0, name) for name in (DEFAULT, BEST)]
    return [task for task in tasks if task not in done]


class Run:
    """Processes that share tasks, and the file that gets a line of each."""

    def __init__(self, tasks: list[Task], asked: argparse.Namespace) -> None:
        self.tasks, self.asked, self.all, self.written = deque(tasks), asked, len(tasks), 0
        self.workers: dict[int, Worker] = {}
        self.is_over, self.lock = False, threading.Lock()

    def go(self) -> None:
        """Do the tasks until all are done, or the time is over."""
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        each = self.asked.cores_each
        slots = [threading.Thread(target=self._serve, args=(i, allowed[i * each : (i + 1) * each] or None))
                 for i in range(min(self.asked.jobs, self.all))]  # fmt: skip
        end = time.monotonic() + self.asked.limit
        for slot in slots:
            slot.start()
        try:
            for slot in slots:
                slot.join(min(max(end - time.monotonic(), 0), threading.TIMEOUT_MAX))
        finally:
            self.is_over = True
            for worker in list(self.workers.values()):
                worker.kill()
            for slot in slots:
                slot.join()
        if self.written < self.all:
            print(f"{self.all - self.written} of {self.all} fits are left; the same command goes on with them")

    def _serve(self, number: int, on: list[int] | None) -> None:
        """Give one process its tasks, one after the other; after a crash a new one."""
        while self.tasks and not self.is_over:
            self.workers[number] = worker = Worker(HERE.parent, on, self.asked.cores_each)
            try:
                while self.tasks and not self.is_over:
                    task = self.tasks.popleft()
                    rows = QUICK_ROWS if self.asked.quick else TRAIN_ROWS
                    given = (self.asked.data, task.table, task.seed, task.who, self.asked.cores_each, rows)
                    self._write(task, worker.ask("table_models", "measure", *given))
            except (EOFError, OSError, pickle.UnpicklingError):
                if not self.is_over:
                    self._write(task, {"failed": "its process ended"})
            except IndexError:  # another process took the last task
                return

    def _write(self, task: Task, found: dict[str, Any]) -> None:
        rounded = {key: short(value) for key, value in found.items()}
        with self.lock:
            self.written += 1
            if self.asked.out is not None:
                line = {**task._asdict(), "cores": self.asked.cores_each, **rounded}
                append(self.asked.out, line)
            numbers = "  ".join(f"{key} {value}" for key, value in rounded.items() if key not in ("rows", "recipes"))
            print(f"{self.written:>4}/{self.all}  {task.table:<24}{task.seed}  {task.who:<28}{numbers}", flush=True)


def short(value: Any) -> Any:
    """Return numbers with five digits."""
    if isinstance(value, dict):
        return {key: short(each) for key, each in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def append(path: Path, line: dict[str, Any]) -> None:
    """Write one more line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, help="the folder of the tables; without it the synthetic ones alone")
    made.add_argument("--out", type=Path, help="the file of the lines (bench/tables.jsonl; none for --quick)")
    made.add_argument("--jobs", type=int, default=1, help="processes that fit side by side")
    made.add_argument("--cores-each", type=int, default=1, help="cores of each process")
    made.add_argument("--seeds", type=int, default=3)
    made.add_argument(
        "--small-seeds", type=int, help="of tables of less than 1,000 training rows, whose tests are small"
    )
    made.add_argument("--limit", type=float, default=float("inf"), metavar="SECONDS", help="stop then")
    made.add_argument("--tables", default="", help="names, commas between")
    made.add_argument("--only", default="", help="models whose names hold one of these, commas between")
    made.add_argument("--recipes", default="", help="recipes to measure alone too, commas between")
    made.add_argument("--ablate", action="store_true", help="measure `default` with one part changed, too")
    made.add_argument("--adult", action="store_true", help="measure adult's own split, too")
    made.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, measures nothing")
    made.add_argument("--report", type=Path, nargs="+", metavar="FILE", help="write the page of these files")
    return made


def main() -> None:
    """Measure what is asked for and not done, or write the page."""
    options = parser()
    asked = options.parse_args()
    if asked.report:
        table_report.write(asked.report)
        return
    unknown = [name for name in asked.tables.split(",") if name and name not in TABLES]
    unknown += [name for name in asked.recipes.split(",") if name and f"always {name}" not in ALONE]
    if unknown:
        recipes = ", ".join(name.removeprefix("always ") for name in ALONE)
        options.error(f"expected tables of {', '.join(TABLES)}, recipes of {recipes}; got {', '.join(unknown)}")
    if asked.jobs * asked.cores_each > cores():
        needed = asked.jobs * asked.cores_each
        options.error(f"--jobs {asked.jobs} --cores-each {asked.cores_each} need {needed} cores; here are {cores()}")
    asked.data = asked.data and asked.data.resolve()
    if asked.out is None and not asked.quick:
        asked.out = RESULTS
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # a worker begins in another folder
    os.environ["PYTHONPATH"] = os.pathsep.join(str(Path(path).resolve()) for path in paths if path)
    done = set()
    if asked.out is not None:
        results = read([asked.out]) if asked.out.exists() else []
        done = {Task(row["table"], row["seed"], row["who"]) for row in results if row["cores"] == asked.cores_each}
        versions = {name: version_of(name) for name in PACKAGES}
        append(asked.out, {"machine": machine() | versions})
    Run(tasks_of(asked, done), asked).go()


if __name__ == "__main__":
    main()
