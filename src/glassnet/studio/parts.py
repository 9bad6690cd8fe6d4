"""The parts of a step: forward layer by layer, the cost, backward layer by layer, the update."""

from __future__ import annotations

from typing import NamedTuple

from glassnet.inspection.trace import Trace


class Part(NamedTuple):
    """One part.

    Parameters
    ----------
    place : int
        Its place among the parts of the step, from 0.
    direction : {"forward", "cost", "backward", "update"}
        Of the pass.
    layer : int
        From 1; 0 for the cost and the update.
    arrays : tuple of str
        What it makes, by the names of the trace.
    text : str
        What happens, in one sentence.
    """

    place: int
    direction: str
    layer: int
    arrays: tuple[str, ...]
    text: str


def parts_of(trace: Trace) -> list[Part]:
    """Return the parts of a step, in their order."""
    L = trace.architecture.L
    found: list[tuple[str, int, tuple[str, ...], str]] = []
    names = trace.architecture.activations
    for l in range(1, L + 1):
        found.append(("forward", l, (f"Z[{l}]", f"A[{l}]"), f"Layer {l}: weighted sums, then {names[l - 1]}"))
    found.append(("cost", 0, (f"A[{L}]", "Y"), "Cost: how far the answers are from the targets"))
    for l in range(L, 0, -1):
        found.append(
            ("backward", l, (f"dA[{l}]", f"dZ[{l}]", f"dW[{l}]", f"db[{l}]"), f"Layer {l}: slopes of the cost")
        )
    made = tuple(f"{letter}[{l}]" for l in range(1, L + 1) for letter in ("W", "b"))
    found.append(("update", 0, made, "Update: every weight and bias takes its step"))
    return [Part(place, *part) for place, part in enumerate(found)]
