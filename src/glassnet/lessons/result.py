"""The result of an experiment: plain data that can be printed, drawn and stored; and how it comes about."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from glassnet.lessons.experiment import WIDTH, Experiment, Finding, Picture, Table
from glassnet.lessons.options import written
from glassnet.text_table import folded


@dataclass(frozen=True)
class Result:
    """What an experiment found: plain data.

    Parameters
    ----------
    name, title, claim : str
        Of the experiment.
    findings : tuple of Finding
        The numbers on which the claim stands.
    tables, pictures, notes : tuple
        What else there is to see.
    seeds : tuple of int
        Of the runs.
    size : {"full", "small"}
        Of the run.
    options : dict
        What was set otherwise than the experiment sets it.
    seconds : float
        Duration.
    said : str
        What was found, in one sentence.
    """

    name: str
    title: str
    claim: str
    findings: tuple[Finding, ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    notes: tuple[str, ...]
    seeds: tuple[int, ...]
    size: str
    options: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    said: str = ""

    @property
    def held(self) -> bool:
        """Whether every finding kept its bounds."""
        return all(finding.held for finding in self.findings)

    @property
    def again(self) -> str:
        """The command that does the same again."""
        words = ["glassnet experiment", self.name, f"--seed {self.seeds[0]}"]
        words += [f"--seeds {len(self.seeds)}", *(["--size small"] if self.size == "small" else [])]
        words += [f"--data {shlex.quote(str(value))}" for name, value in self.options.items() if name == "data"]
        if settings := [f"{name}={written(value)}" for name, value in self.options.items() if name != "data"]:
            words.append(f"--set {shlex.quote(','.join(settings))}")
        return " ".join(words)

    @property
    def summary(self) -> Table:
        """The findings as a table: what was measured, its mean and range over the seeds, and the claimed bounds."""
        head = ("measured", "mean", "smallest", "largest", "claimed", "held")
        rows = [
            (f.text, f.mean, min(f.values), max(f.values), f.bounds,
             "yes" if f.held else f"NO, {f.kept} of {len(f.values)} seeds")
            for f in self.findings
        ]  # fmt: skip
        return Table(f"The claim {'held' if self.held else 'did NOT hold'}", head, rows)

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Dictionaries, lists, numbers and text, as JSON holds them.
        """
        document = {**asdict(self), "held": self.held, "again": self.again}
        document["findings"] = [{**asdict(f), "held": f.held, "mean": f.mean} for f in self.findings]
        for name in ("tables", "pictures"):
            document[name] = [each._asdict() for each in getattr(self, name)]
        plain: dict[str, Any] = _plain(document)
        return plain

    def __str__(self) -> str:
        said = f"{'Held' if self.held else 'NOT held'}: {self.said}"
        head = [f"{self.name}: {self.title}", *folded(said, WIDTH), *folded(f"Claim: {self.claim}", WIDTH)]
        notes = ("\n".join(folded(note, WIDTH)) for note in self.notes)
        parts = ["\n".join(head), str(self.summary), *map(str, self.tables), *notes, f"Again: {self.again}"]
        return "\n\n".join(parts)


def conduct(name: str, experiment: Experiment, seeds: Sequence[int], size: str, options: dict[str, Any]) -> Result:
    """Run an experiment, and return its findings with its claim."""
    start = time.perf_counter()
    small = experiment.small if size == "small" else {}
    found = experiment.function(list(seeds), **{**small, **options})
    return Result(
        name, experiment.title, experiment.claim, tuple(found.findings), tuple(found.tables), tuple(found.pictures),
        tuple(found.notes), tuple(seeds), size, options, round(time.perf_counter() - start, 3),
        found.said or f"{found.findings[0].text}: {found.findings[0].mean:.4g}.",
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
