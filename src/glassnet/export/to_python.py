"""A model as a Python file that needs NumPy alone: the equations in the textbook's letters, samples being columns.

The file begins with the equations and the preparation of rows, and ends with the numbers.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet._version import __version__
from glassnet.estimators.targets import MAX_LOGARITHM
from glassnet.export import python_parts
from glassnet.export.activations import formula
from glassnet.export.description import ClassAnswers, Description, Given, Input, Layer, NumberAnswers, Pixels
from glassnet.export.naming import variable
from glassnet.export.python_features import WRITERS
from glassnet.export.python_text import Data, function, listed, parts
from glassnet.tables.spelling.missing import MISSING
from glassnet.typing import AnyArray

FEW_NUMBERS = 400  # parameters, up to which they are written as numbers
READERS = {"number": "numbers", "moment": "moments", "time": "times", "text": "texts", "words": "texts"}
MODULES = ("base64", "datetime", "itertools", "math", "re", "unicodedata")
RESERVED = {"rows", "np", "X", "features", *dir(python_parts), *keyword.kwlist}


def to_python(description: Description, name: str) -> bytes:
    """Return a described model as the text of a Python file.

    Parameters
    ----------
    description : Description
        Of a model.
    name : str
        What the file calls it.

    Returns
    -------
    bytes
        With functions `predict`, and `probabilities` for classes, that take rows; `forward` and `prepare`.
    """
    data = Data()
    answers = _answers(description, data)
    forward = _forward(description, data)
    prepare = _prepare(description, data)
    constants = data.text()
    functions = "\n\n\n".join(parts(f"{answers}{forward}{prepare}{constants}").values())
    modules = [each for each in MODULES if re.search(rf"(?<![\w.]){each}\.", functions)]
    head = [f'"""{_title(description, name)}"""', "", *(f"import {each}" for each in modules)]
    head += [""] * bool(modules) + ["import numpy as np"]
    sections = ["\n".join(head), answers, forward, prepare, functions, constants]
    return ("\n\n\n".join(each.strip("\n") for each in sections if each.strip()) + "\n").encode()


def answers_of(content: bytes, inputs: Mapping[str, AnyArray]) -> list[AnyArray]:
    """Return what a file answers to rows, by running it.

    Parameters
    ----------
    content : bytes
        The file.
    inputs : mapping of str to array
        As `inputs_of` returns them.

    Returns
    -------
    list of array
        Labels and probabilities, or numbers.
    """
    names: dict[str, Any] = {}
    exec(compile(content.decode(), "<exported>", "exec"), names)
    rows: Any = inputs.get("X")
    if rows is None or rows.dtype.name in ("object", "float64"):  # a column of that name
        columns = {name: cells[:, 0].tolist() for name, cells in inputs.items()}
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    answers = [np.asarray(names["predict"](rows))]
    if "probabilities" in names:
        answers.append(names["probabilities"](rows))
    return answers


# ---------------------------------------------------------------- the file's parts
def _title(description: Description, name: str) -> str:
    sizes, stack = "-".join(map(str, description.sizes)), description.stack
    lines = [f"{name}: {description.kind} {sizes}, trained by glassnet {__version__}. It needs NumPy alone.", ""]
    lines += [f"{stack} networks side by side: W and b have one more axis, and their answers are averaged.", ""] * bool(
        stack and description.answers is not None
    )
    one = description.inputs[0]
    if one.shape:
        lines.append(f"`predict` takes {one.holds}: an array (m, {', '.join(map(str, one.shape))}).")
        return _in_quotes(lines)
    lines += ["`predict` takes a list of rows, each a dict; None is a missing cell:", ""]
    for one in description.inputs:
        lines.append(f"    {one.name!r}: {HOLDS.get(one.kind, one.holds)}")
    return _in_quotes(lines)


def _in_quotes(lines: list[str]) -> str:
    return "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''") + "\n"


HOLDS = {"moment": "a date or moment, or text such as 2024-12-31 08:30", "time": "a time of day, or text such as 08:30"}


def _answers(description: Description, data: Data) -> str:
    answers = description.answers
    if answers is None:
        return function("predict(X)", "Return the answers A[L], a row for each.", "return forward(prepare(X)).mT")
    if isinstance(answers, NumberAnswers):
        lines = [
            f"y = forward(prepare(rows)).T * {_vector(answers.scale)} + {_vector(answers.mean)}",
            f"return np.exp(np.minimum(y, {MAX_LOGARITHM})) * {answers.factor!r}" if answers.log else "return y",
        ]
        return function("predict(rows)", "Return estimates, a row for each.", *lines)
    K = len(answers.classes)
    P = "A" if K > 2 or answers.multilabel else "np.hstack([1 - A, A])"
    probabilities = function(
        "probabilities(rows)", "Return the probability of each class, a row for each.",
        "A = forward(prepare(rows)).T", f"return {P}",
    )  # fmt: skip
    return f"{function('predict(rows)', 'Return labels.', *_decided(answers, data))}\n\n\n{probabilities}"


def _decided(answers: ClassAnswers, data: Data) -> list[str]:
    if answers.multilabel:
        return ["return (probabilities(rows) > 0.5).astype(int)"]
    lines = ["P = probabilities(rows)"]
    if answers.costs is not None:
        costs = data.add("COSTS", f"np.array({answers.costs.tolist()!r})")
        lines.append(f"index = (P @ {costs}).argmin(axis=1)")
    elif len(answers.classes) > 2:
        lines.append("index = P.argmax(axis=1)")
    else:
        lines.append(f"index = (P[:, 1] > {answers.threshold!r}).astype(int)")
    data.add("CLASSES", f"np.array({listed(answers.classes.tolist())})")
    return [*lines, "return CLASSES[index]"]


def _forward(description: Description, data: Data) -> str:
    short = description.n_parameters <= FEW_NUMBERS
    k = description.stack
    lead = f"{k}, " if k else ""
    lines: list[tuple[str, str]] = []
    if description.layer_0 is None:
        lines.append(("A0 = X", f"({description.n_x}, m)"))
    else:
        assert description.embedding is not None
        g, t, d = description.embedding
        _weights(description.layer_0, 0, data, short=short)
        lines.append((f"groups = X[: {g * t}].reshape({g}, {t}, -1)", "a number and its bins each"))
        lines.append(("E = W0 @ groups + b0", f"({lead}{g}, {d}, m)"))
        rest = f"X[{g * t} :]" if not k else f"np.repeat(X[np.newaxis, {g * t} :], {k}, axis=0)"
        lines.append((f"A0 = np.concatenate([E.reshape({lead}{g * d}, -1), {rest}], axis=-2)", ""))
    for l, layer in enumerate(description.layers, start=1):
        _weights(layer, l, data, short=short)
        A = re.sub(r"\bZ\b", f"Z{l}", formula(layer.activation, "python"))
        lines.append((f"Z{l} = W{l} @ A{l - 1} + b{l}", f"({lead}{layer.W.shape[-2]}, m)"))
        lines.append((f"A{l} = {A}", layer.activation))
    L = len(description.layers)
    mean = ".mean(axis=0)" if k and description.answers is not None else ""
    width = max(len(code) for code, _ in lines if len(code) < 60) + 2
    text = [f"{code:{width}}  # {comment}" if comment else code for code, comment in lines]
    ignoring = 'with np.errstate(over="ignore"):  # e^-Z may be infinite: then the answer is 0 or 1\n    '
    body = ignoring + "\n    ".join(text)
    return function("forward(X)", f"Return A{L}, the answers to X, samples being columns.", body, f"return A{L}{mean}")


def _weights(layer: Layer, l: int, data: Data, *, short: bool) -> None:
    data.array(f"W{l}", layer.W, short=short)
    data.array(f"b{l}", layer.b, short=short)


def _prepare(description: Description, data: Data) -> str:
    one = description.inputs[0]
    feature = description.features[0]
    if isinstance(feature, Given):
        return function("prepare(rows)", f"Return X ({description.n_x}, m).", "return np.asarray(rows, float).T")
    if isinstance(feature, Pixels):
        planes = ".transpose(0, 3, 1, 2)" if feature.planes else ""
        line = f"return (np.asarray(rows){planes} / 255).reshape(-1, {description.n_x}).T"
        return function("prepare(rows)", f"Return X ({description.n_x}, m).", line)
    names: dict[Input, str] = {}
    lines = []
    marks = dict.fromkeys(mark for one in description.inputs for mark in (*MISSING, *one.marks) if one.marks)
    for one in description.inputs:
        names[one] = variable(one.name, {*RESERVED, *names.values()})
        more = f", {one.gaps!r}" if one.gaps else ""
        if one.kind in ("text", "words"):
            words = [mark for mark in marks if mark not in one.marks]
            more = f", {words!r}" if words else ""
        lines.append(f"{names[one]} = {READERS[one.kind]}(rows, {one.name!r}{more})")
    if marks:
        data.add("MISSING", listed(marks))
    lines.append(f"{'features =' if description.places else 'return'} np.vstack([")
    lines += [f"    {WRITERS[type(each)](each, names[each.input], data)}," for each in description.features]
    lines.append("])")
    if description.places:
        data.add("PLACES", listed(description.places))
        lines.append(f"X = np.zeros(({description.n_x}, len(rows)))")
        lines += ["X[PLACES] = features  # each number and its bins in a group of their own", "return X"]
    return function("prepare(rows)", f"Return X ({description.n_x}, m): the features of rows.", *lines)


def _vector(values: AnyArray) -> str:
    return repr(float(values[0])) if len(values) == 1 else f"np.array({values.tolist()!r})"
