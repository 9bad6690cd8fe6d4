"""A model as one C header for small devices: C99, nothing but the standard library, no memory but the stack.

Cells are prepared in double precision, the network computes in float, or with weights of 8 bits.
"""

from __future__ import annotations

import re

import numpy as np

from glassnet._version import __version__
from glassnet.errors import SettingError
from glassnet.export.activations import formula
from glassnet.export.c_answers import predict
from glassnet.export.c_features import WRITERS
from glassnet.export.c_text import array, function, parts
from glassnet.export.description import ClassAnswers, Description, Given, Input, Layer, Pixels
from glassnet.export.naming import variable

ASCII = "A-Za-z0-9_"
INCLUDES = "#include <math.h>\n#include <string.h>"
TYPES = {"text": "const char *"}  # of a row's fields; else double
WORDS = """
auto bool break case char class const continue default delete do double else enum extern false float for friend goto if
inline int long mutable namespace new operator private protected public register restrict return short signed sizeof
static struct switch template this true typedef typename union unsigned using virtual void volatile while features i row
x
"""  # of C and C++, and what functions call things


def to_c(description: Description, name: str) -> bytes:
    """Return a described model as the text of a C header.

    Parameters
    ----------
    description : Description
        Of a model.
    name : str
        With which all of its names begin.

    Returns
    -------
    bytes
        With a function NAME_predict, which takes a row and writes probabilities or numbers.

    Raises
    ------
    SettingError
        If a column is free text.
    """
    for one in description.inputs:
        if one.kind == "words":
            raise SettingError(
                f"column {one.name!r} holds text, whose words C does not find: export to onnx or python, or train "
                f"without it (drop={one.name!r}, in the shell --drop {one.name!r})"
            )
    prefix, fields = variable(name, (), letters=ASCII, otherwise="model"), _fields(description)
    own = [_row(description, fields), *_prepare(description, fields), *_forward(description)]
    own += predict(description, taken(description))
    needed = parts("\n".join(own))
    head = (
        f"/* {_title(description, name)} */\n#ifndef NAME_H\n#define NAME_H\n\n#include <math.h>\n#include <string.h>"
    )
    text = "\n\n".join([head, *needed, *filter(None, own), "#endif\n"])
    return re.sub(r"\bNAME_", f"{prefix}_", text.replace("NAME_H", f"{prefix.upper()}_H")).encode()


# ---------------------------------------------------------------- what is taken and returned
def _fields(description: Description) -> dict[Input, str]:
    names: dict[Input, str] = {}
    for one in description.inputs:
        names[one] = variable(one.name, {*WORDS.split(), *names.values()}, letters=ASCII)
    return names


def _title(description: Description, name: str) -> str:
    answers, first = description.answers, description.inputs[0]
    n, kind = (description.stack or 1) * description.sizes[-1], "float A"
    if isinstance(answers, ClassAnswers):
        n, kind = len(answers.classes), "float P"
    elif answers is not None:
        n, kind = description.sizes[-1], "double y"
    call = f"NAME_predict({'X' if first.shape else '&row'}, {kind[-1]});"
    if isinstance(answers, ClassAnswers) and not answers.multilabel:
        call = f"int index = {call}  NAME_classes[index] is the label"
    row = (
        f"X holds {first.holds}" if first.shape else "NAME_row row = {0};  NAN is a missing number, NULL a missing text"
    )
    sizes = "-".join(map(str, description.sizes))
    return (
        f"{name}: {description.kind} {sizes}, trained by glassnet {__version__}. C99; link with -lm.\n\n"
        f"       {row}\n       {kind}[{n}];\n       {call}\n"
    ).replace("*/", "* /")


def taken(description: Description) -> str:
    """Return the parameter that a row is."""
    kinds = {"rows": "const float *rows", "pictures": "const unsigned char *rows"}
    return kinds.get(description.inputs[0].kind, "const NAME_row *row")


def _row(description: Description, fields: dict[Input, str]) -> str:
    if description.inputs[0].shape:
        return ""
    lines = [f"    {TYPES.get(one.kind, 'double ')}{name};  /* {_comment(one)} */" for one, name in fields.items()]
    return "\n".join(["typedef struct {", *lines, "} NAME_row;"])


def _comment(one: Input) -> str:
    return f"{one.name!r}: {one.holds}".replace("*/", "* /").replace("/*", "/ *").encode("ascii", "replace").decode()


# ---------------------------------------------------------------- the network
def _forward(description: Description) -> list[str]:
    """Return the weights, and the function that computes A[L] of X."""
    k, L, n = description.stack or 1, len(description.layers), description.sizes
    apart = description.answers is None and k > 1
    data = [_weights(layer, l) for l, layer in enumerate(description.layers, start=1)]
    lines: list[str] = []
    buffers, A = [], "X"
    if description.layer_0 is not None:
        assert description.embedding is not None
        g, t, d = description.embedding
        data.insert(0, _weights(description.layer_0, 0))
        buffers.append(f"A0[{n[0]}]")
        lines.append(f"for (i = 0; i < {g}; i++)")
        lines.append("    " + _layer(description.layer_0, 0, f"(k * {g} + i)", f"X + i * {t}", f"A0 + i * {d}"))
        if rest := description.n_x - g * t:
            lines.append(f"memcpy(A0 + {g * d}, X + {g * t}, {rest} * sizeof *A0);")
        A = "A0"
    for l, layer in enumerate(description.layers, start=1):
        buffers.append(f"A{l}[{n[l]}]")
        lines.append(_layer(layer, l, "k", A, f"A{l}"))
        lines += _activated(layer.activation, f"A{l}", n[l])
        A = f"A{l}"
    place, share = (f"k * {n[L]} + i", "") if apart else ("i", f" / {k}" * (k > 1))
    lines += [f"for (i = 0; i < {n[L]}; i++)", f"    A[{place}] += {A}[i]{share};"]
    total = n[L] * (k if apart else 1)
    body = [
        "int i, k;", f"float {', '.join(buffers)};", f"for (i = 0; i < {total}; i++)", "    A[i] = 0;",
        f"for (k = 0; k < {k}; k++) {{", *(f"    {line}" for line in lines), "}",
    ]  # fmt: skip
    return [*data, function("void NAME_forward(const float *X, float *A)", *body)]


def _weights(layer: Layer, l: int) -> str:
    b = array("float", f"NAME_b{l}", layer.b)
    if layer.step is None:
        return f"{array('float', f'NAME_W{l}', layer.W)}\n{b}"
    whole = np.round(layer.W / layer.step).astype(np.int8)
    return f"{array('signed char', f'NAME_W{l}', whole)}\n{array('float', f'NAME_step{l}', layer.step)}\n{b}"


def _layer(layer: Layer, l: int, which: str, A: str, Z: str) -> str:
    n, n_prev = layer.W.shape[-2:]
    W, b = f"NAME_W{l} + {which} * {n * n_prev}", f"NAME_b{l} + {which} * {n}"
    if layer.step is None:
        return f"NAME_layer({W}, {b}, {A}, {Z}, {n}, {n_prev});"
    return f"NAME_layer_int8({W}, NAME_step{l} + {which} * {n}, {b}, {A}, {Z}, {n}, {n_prev});"


def _activated(activation: str, A: str, n: int) -> list[str]:
    if activation == "identity":
        return []
    value = formula(activation, "c")
    if not value:
        return [f"NAME_{activation}({A}, {n});"]
    return [
        f"for (i = 0; i < {n}; i++) {{  /* {activation} */",
        f"    float z = {A}[i];",
        f"    {A}[i] = {value};",
        "}",
    ]


# ---------------------------------------------------------------- the preparation
def _prepare(description: Description, fields: dict[Input, str]) -> list[str]:
    """Return constants, and the function that writes X (n_x)."""
    head = f"void NAME_prepare({taken(description)}, float *X)"
    first = description.features[0]
    if isinstance(first, Given):
        return [function(head, f"memcpy(X, rows, {first.width} * sizeof *X);")]
    if isinstance(first, Pixels):
        height, width, channels = first.input.shape
        place = f"i % {channels} * {height * width} + i / {channels}" if first.planes else "i"
        return [function(head, "int i;", f"for (i = 0; i < {first.width}; i++)", f"    X[{place}] = rows[i] / 255.0f;")]
    constants: list[str] = []
    values = {one: name if one.gaps else f"row->{name}" for one, name in fields.items()}
    lines = [_without_gaps(one, name) for one, name in fields.items() if one.gaps]
    for j, each in enumerate(description.features):
        call = WRITERS[type(each)](each, values[each.input], f"{fields[each.input]}_{j}", constants)
        lines.append(f"x = {call};")
    if not description.places:
        return [*constants, function(head, "float *x = X;", *lines, "(void)x;")]
    n = len(description.places)
    constants.append(array("int", "NAME_places", np.array(description.places)))
    arranged = [f"memset(X, 0, {description.n_x} * sizeof *X);", f"for (i = 0; i < {n}; i++)"]
    arranged += ["    X[NAME_places[i]] = features[i];", "(void)x;"]
    return [*constants, function(head, "int i;", f"float features[{n}], *x = features;", *lines, *arranged)]


def _without_gaps(one: Input, name: str) -> str:
    """Return the declaration of a number that is missing where it is one of some."""
    is_gap = " || ".join(f"row->{name} == {gap!r}" for gap in one.gaps)
    return f"double {name} = {is_gap} ? NAN : row->{name};"
