"""The report on an experiment: the claim, the numbers on which it stands, tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassnet.errors import DataError
from glassnet.report.blocks import (
    Block,
    Cell,
    Code,
    Drawing,
    Paragraph,
    Phrase,
    Report,
    Section,
    Table,
    facts,
    heads,
    message,
    paragraph,
)
from glassnet.report.environment import machine

NEEDED = ("name", "title", "claim", "findings", "tables", "pictures", "notes", "seeds", "size", "seconds", "again")


def of_document(document: Mapping[str, Any]) -> Report:
    """Return the report on what ``glassnet experiment NAME --json`` printed.

    Raises
    ------
    DataError
        If the document is of another kind.
    """
    missing = [name for name in NEEDED if name not in document]
    if missing:
        raise DataError(f"expected the result of an experiment; it has no {', '.join(missing)}")
    settings: dict[str, Cell] = {
        "experiment.seeds": ", ".join(map(str, document["seeds"])),
        "experiment.size": message(f"experiment.{document['size']}"),
        "experiment.seconds": f"{document['seconds']:.3g} s",
    }
    return Report(
        message("report.title", name=Phrase(document["title"])),
        message("experiment.subtitle", name=document["name"]),
        [
            Section(message("experiment.claim"), [Paragraph(Phrase(document["claim"])), *_said(document)]),
            Section(message("environment.title"), [facts(message("experiment.settings"), settings), machine()]),
            Section(message("results.title"), [*map(_table, document["tables"]), *map(_drawing, document["pictures"])]),
            Section(message("analysis.title"), _analysis(document)),
            Section(message("reproduce.title"), [paragraph("reproduce.experiment"), Code([document["again"]])]),
        ],
    )


def _said(document: Mapping[str, Any]) -> list[Block]:
    """Return what was found, in a sentence; documents of before have none."""
    return [Paragraph(Phrase(document["said"]))] if document.get("said") else []


def _analysis(document: Mapping[str, Any]) -> list[Block]:
    findings = document["findings"]
    head = heads("experiment", "measured", "mean", "lowest", "highest", "claimed", "kept", "held")
    rows = [
        [Phrase(found["text"]), _number(found["mean"]), _number(min(known)), _number(max(known)),
         _bounds(found), f"{_kept(found)} / {len(found['values'])}", message("yes" if found["held"] else "no")]
        for found in findings
        for known in [[value for value in found["values"] if value is not None] or [float("nan")]]
    ]  # fmt: skip
    held = sum(found["held"] for found in findings)
    key = "experiment.all_held" if held == len(findings) else "experiment.not_held"
    return [
        paragraph(key, held=held, count=len(findings)),
        Table(message("experiment.findings"), head, rows),
        *(Paragraph(Phrase(note)) for note in document["notes"]),
    ]


def _bounds(found: Mapping[str, Any]) -> Cell:
    low, high = found["at_least"], found["at_most"]
    if low is not None and low == high:
        return f"= {low:g}"
    return ", ".join(f"{sign} {bound:g}" for sign, bound in (("≥", low), ("≤", high)) if bound is not None)


def _kept(found: Mapping[str, Any]) -> int:
    low, high = found["at_least"], found["at_most"]
    return sum(
        value is not None and (low is None or value >= low) and (high is None or value <= high)
        for value in found["values"]
    )


def _table(table: Mapping[str, Any]) -> Table:
    rows = [[_number(cell) for cell in row] for row in table["rows"]]
    return Table(Phrase(table["title"]), [Phrase(name) for name in table["head"]], rows)


def _drawing(picture: Mapping[str, Any]) -> Drawing:
    return Drawing(picture["kind"], picture["data"], Phrase(picture["title"]))


def _number(cell: Any) -> Cell:
    if isinstance(cell, str):
        return Phrase(cell)
    if cell is None:
        return "∞"  # JSON has none
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def result_document(result: Any) -> Mapping[str, Any]:
    """Return a result of `glassnet.lessons.run`, or the document it was printed as, as a document."""
    document = result.to_document() if hasattr(result, "to_document") else result
    if not isinstance(document, Mapping):
        raise DataError(f"expected the result of an experiment; got {type(result).__name__}")
    return document
