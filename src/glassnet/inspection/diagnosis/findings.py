"""What a diagnosis returns: findings in order of weight, each with its evidence and what to change; plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from glassnet.plain_text import in_html
from glassnet.text_table import padded, wrapped
from glassnet.texts import told

WIDTH = 100  # of the printed text, in characters


class Finding(NamedTuple):
    """One thing that is wrong.

    Parameters
    ----------
    wrong : str
        What is wrong, in one sentence.
    evidence : str
        The numbers that show it: which layer, units, columns or samples.
    change : str
        What to change.
    numbers : dict
        The evidence as plain data; layers count from 1, units, columns and samples from 0.
    name : str
        Its name in the table of detectors, "dead_units".
    weight : int
        The larger, the nearer to the cause: findings of a lower weight are often what follows from it.
    """

    wrong: str
    evidence: str
    change: str
    numbers: dict[str, Any]
    name: str = ""
    weight: int = 0


@dataclass(frozen=True)
class Diagnosis:
    """The findings about one network, the weightiest first; it prints well and is plain data.

    Parameters
    ----------
    findings : list of Finding
        Empty where nothing is wrong.
    looked_at : list of str
        Names of the detectors that had what they need.
    not_looked_at : list of str
        Names of those that lacked it, or do not apply to such targets.
    basis : str
        What it rests on: samples, epochs.
    gap : str
        What was not given, and would have shown more.
    """

    findings: list[Finding] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    not_looked_at: list[str] = field(default_factory=list)
    basis: str = ""
    gap: str = ""

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, position: int) -> Finding:
        return self.findings[position]

    @property
    def names(self) -> list[str]:
        """Names of the findings, the weightiest first."""
        return [finding.name for finding in self.findings]

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Plain JSON data: each finding's fields, and what was looked at.
        """
        return {
            "findings": [finding._asdict() for finding in self.findings],
            "looked_at": list(self.looked_at),
            "not_looked_at": list(self.not_looked_at),
            "basis": self.basis,
            "gap": self.gap,
        }

    @property
    def headline(self) -> str:
        """How many things are wrong, and what that rests on."""
        n = len(self.findings)
        what = "Nothing wrong found" if n == 0 else "1 finding" if n == 1 else f"{n} findings, the weightiest first"
        return f"{what} ({len(self.looked_at)} checks on {self.basis})"

    def __str__(self) -> str:
        blocks = [told(self.headline)]
        for number, finding in enumerate(self.findings, start=1):
            head = f"{number}. {told(finding.wrong)}"
            blocks.append("\n".join([head, *_entry("seen", finding.evidence), *_entry("change", finding.change)]))
        if self.gap:
            blocks.append(wrapped(told(self.gap), WIDTH))
        return "\n\n".join(blocks)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li style='margin-bottom:.8em'><b>{in_html(told(f.wrong))}</b><br>"
            f"<span style='color:#555'>{told('seen')}</span> {in_html(told(f.evidence))}<br>"
            f"<span style='color:#555'>{told('change')}</span> {in_html(told(f.change))}</li>"
            for f in self.findings
        )
        findings = f"<ol style='max-width:50em'>{items}</ol>" if items else ""
        gap = f"<p style='color:#555;max-width:50em'><small>{in_html(told(self.gap))}</small></p>" if self.gap else ""
        return f"<p><b>{in_html(told(self.headline))}</b></p>{findings}{gap}"


def _entry(head: str, text: str) -> list[str]:
    lines = wrapped(told(text), WIDTH - 11).split("\n")
    return [f"   {padded(told(head) if not k else '', 8)}{line}" for k, line in enumerate(lines)]
