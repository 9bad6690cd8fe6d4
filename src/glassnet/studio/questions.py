"""What a page asks of a run, a row for each question: the routes, the widget and the description of the API read them.

A row knows nothing of HTTP. It takes the run and what was asked, checked, and is answered by the run's thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from glassnet.studio import film, large, views, what_if
from glassnet.studio.curves import WIDEST, curves
from glassnet.studio.graph import graph
from glassnet.studio.plain import MOST_NUMBERS
from glassnet.studio.refused import RefusedError
from glassnet.studio.runs import ACTS, Run
from glassnet.studio.samples import listed

MOST_WHOLE = 10**9


class Whole(NamedTuple):
    """A whole number of a question; None is its default where it may be left out without one."""

    name: str
    default: int | None = 0
    low: int = 0
    high: int = MOST_WHOLE

    def read(self, given: str | None) -> int | None:
        """Return the number that was written.

        Raises
        ------
        RefusedError
            If it is none, or outside its range.
        """
        if given is None:
            return self.default
        if not re.fullmatch(r"-?[0-9]{1,12}", given) or not self.low <= int(given) <= self.high:
            raise RefusedError(
                f"{self.name}: expected a whole number from {self.low} to {self.high}; got {given!r:.60}", self.name
            )
        return int(given)

    def schema(self) -> dict[str, Any]:
        """Return it in the words of JSON Schema."""
        default = {} if self.default is None else {"default": self.default}
        return {"type": "integer", "minimum": self.low, "maximum": self.high, **default}


class Word(NamedTuple):
    """A text of a question; the question itself says what it may be."""

    name: str
    default: str = ""

    def read(self, given: str | None) -> str:
        """Return what was written."""
        return self.default if given is None else given

    def schema(self) -> dict[str, Any]:
        """Return it in the words of JSON Schema."""
        return {"type": "string", "default": self.default}


class Values(NamedTuple):
    """Features that have another value than the sample's, as an object of JSON, by their index."""

    name: str = "values"

    def read(self, given: str | None) -> dict[str, Any] | None:
        """Return what was written; None where nothing was.

        Raises
        ------
        RefusedError
            If it is no object of JSON.
        """
        if given is None:
            return None
        try:
            found = json.loads(given)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            expected = 'numbers by feature, such as {"0": 1.5}'
            raise RefusedError(f"{self.name}: expected {expected}; got {given!r:.60}", self.name)
        return found

    def schema(self) -> dict[str, Any]:
        """Return it in the words of JSON Schema."""
        return {"type": "string", "contentMediaType": "application/json"}


class Question(NamedTuple):
    """One row.

    Parameters
    ----------
    about : str
        What is answered, in one line.
    answer : callable
        Takes the run and the values of `query` by name; or the run and the body. Called by the run's thread.
    query : sequence of Whole, Word or Values
        What stands in the address.
    body : mapping, optional
        The JSON Schema of the body; None for a question that changes nothing.
    """

    about: str
    answer: Callable[..., Any]
    query: tuple[Whole | Word | Values, ...] = ()
    body: Mapping[str, Any] | None = None

    def asked(self, run: Run, given: Mapping[str, str]) -> Callable[[], Any]:
        """Return the work that answers what the address holds.

        Raises
        ------
        RefusedError
            If a value is none that the question takes.
        """
        values = {each.name: each.read(given.get(each.name)) for each in self.query}
        return lambda: self.answer(run, **values)

    def told(self, run: Run, body: Mapping[str, Any]) -> Callable[[], Any]:
        """Return the work that does what the body says."""
        return lambda: self.answer(run, body)


def _plane(
    run: Run, x: int, y: int | None, size: int, units: int, units_size: int | None, first: str, i: int | None
) -> dict[str, Any]:
    if y is None:  # the second feature, where there is one
        y = min(1, len(run.session.data.X) - 1)
    if not re.fullmatch(r"([0-9]{1,7}(,[0-9]{1,7})*)?", first):
        raise RefusedError(f"first: expected the first unit of each layer, as 0,10,0; got {first!r:.60}", "first")
    begins = [int(each) for each in first.split(",") if each]
    return views.plane(run.session, x, y, size, i, (units_size or size) if units else 0, begins)


def _change(run: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    run.session.change(body)
    return run.changed()


def _binned(run: Run, key: str, i: int, values: Any, rows: int, columns: int) -> dict[str, Any]:
    M = large.array_of(views.trace_of(run.session, i, values), key)
    return {"key": key, "iteration": run.session.place.iteration, **large.binned(M, rows, columns)}


STEPS = {"type": ["integer", "null"], "minimum": 0}
NOTHING = {"type": "object", "maxProperties": 0}
SAMPLE, LAYER, UNIT = Whole("i"), Whole("layer", 1), Whole("unit")

QUESTIONS: dict[str, Question] = {  # what changes nothing
    "": Question("The state of a run.", Run.state),
    "plane": Question(
        "What the network answers over a plane of two features, and each unit's own map.",
        _plane,
        (
            Whole("x"), Whole("y", None), Whole("size", 40, 2, 200), Whole("units", 1, 0, 1),
            Whole("units_size", None, 2, 200), Word("first"), Whole("i", None),
        ),
    ),
    "sample": Question(
        "One sample's way through the network and back.",
        lambda run, i, values: views.sample(run.session, i, values),
        (SAMPLE, Values()),
    ),
    "numbers": Question(
        "A part of an array that is too large to be sent whole.",
        lambda run, **asked: views.numbers(run.session, **asked),
        (
            Word("key"), SAMPLE, Values(), Whole("row"), Whole("column"), Whole("most", MOST_NUMBERS, 1, MOST_NUMBERS),
            Whole("rows", None, 1, MOST_NUMBERS), Whole("columns", None, 1, MOST_NUMBERS),
        ),
    ),
    "binned": Question(
        "A large array of one sample's pass in means of blocks.",
        _binned,
        (
            Word("key", "X"), SAMPLE, Values(), Whole("rows", large.ROWS, 1, large.ROWS),
            Whole("columns", large.COLUMNS, 1, large.COLUMNS),
        ),
    ),
    "pictures": Question(
        "Where the features are a picture: weights of units of layer 1 as pictures.",
        lambda run, first, count, side: large.pictures(run.session, first, count, side),
        (Whole("first"), Whole("count", 1, 1, large.MOST_UNITS), Whole("side", 32, 1, large.MOST_SIDE)),
    ),
    "graph": Question(
        "The computation graph of one sample's loss: its boxes are numbers, or arrays.",
        lambda run, i, values, level: graph(run.session, i, level, values),
        (SAMPLE, Values(), Word("level")),
    ),
    "curves": Question(
        "Costs, scores and learning rates by iteration, also smoothed; the rates that are planned.",
        lambda run, smooth: curves(run.session, smooth),
        (Whole("smooth", 0, 0, WIDEST),),
    ),
    "kept": Question(
        "The runs that were kept, and where their settings differ from this run's.",
        lambda run: run.shelf.compared(run.session),
    ),
    "unit": Question(
        "The sum of one unit with its numbers, and the slopes that came back to it.",
        lambda run, **asked: views.unit(run.session, **asked),
        (LAYER, UNIT, SAMPLE, Values(), Whole("term", None)),
    ),
    "histograms": Question("How Z, A and dZ of each layer are distributed.", lambda run: views.histograms(run.session)),
    "confusion": Question("Which class was taken for which.", lambda run: views.confusion(run.session)),
    "form": Question("The columns of the fitted model that a run looks at, and its scores.", what_if.form),
    "samples": Question(
        "Some samples by their numbers, as thumbnails or the first cells of their rows.",
        lambda run, i: listed(run.session, i),
        (Word("i", "0"),),
    ),
}  # fmt: skip

ORDERS: dict[str, Question] = {  # what does something, or says more than an address holds
    "do": Question(
        "Play, pause, take a step, an epoch or a part of a step, or start again.",
        lambda run, body: run.do(body.get("what"), body.get("speed"), body.get("every")),
        body={
            "type": "object", "required": ["what"],
            "properties": {"what": {"enum": list(ACTS)}, **dict.fromkeys(("speed", "every"), STEPS)},
        },
    ),
    "change": Question(
        "Change a number of W or b, or settings of the training, or undo the last change.",
        _change,
        body={
            "type": "object", "minProperties": 1,
            "properties": {
                "array": {"type": "string"}, "row": {"type": "integer"}, "column": {"type": "integer"},
                "value": {"type": "number"}, "settings": {"type": "object"}, "undo": {"type": "boolean"},
            },
        },
    ),
    "keep": Question(
        "Keep the run as it is now.", lambda run, body: run.shelf.keep(run.session).to_document(), body=NOTHING
    ),
    "kept": Question(
        "Delete a run that was kept, or take that back.",
        lambda run, body: run.shelf.change(body).to_document(),
        body={
            "type": "object", "required": ["kept", "deleted"],
            "properties": {"kept": {"type": "integer"}, "deleted": {"type": "boolean"}},
        },
    ),
    "ask": Question(
        "What the fitted model answers to a row some of whose cells are others.", what_if.ask, body=what_if.ASK
    ),
    "why": Question("What each column contributes to such an answer.", what_if.why, body=what_if.WHY),
    "show": Question("Look at another network of the fitted model.", what_if.show, body=what_if.SHOW),
    "film": Question(
        "Begin a film of the training, look how far it is, or give it up.",
        film.order,
        body={
            "type": "object", "required": ["what"],
            "properties": {
                "what": {"enum": ["make", "look", "cancel"]}, "kind": {"enum": list(film.KINDS)},
                "lang": {"enum": ["en", "zh"]},
            },
        },
    ),
    "check": Question(
        "The gradient against central differences.", lambda run, body: views.check(run.session), body=NOTHING
    ),
}  # fmt: skip
