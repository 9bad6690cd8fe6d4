"""The command `glassnet export`: a model as a file that runs without this library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glassnet.cli.options import READING, AsJson, Given, Lang, Model, collects, path_argument, path_option
from glassnet.cli.terminal import say, say_json
from glassnet.files import check_writable
from glassnet.plain_text import visible
from glassnet.text_table import fitted, padded, wrapped
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.export import Export

MOST_INPUTS = 30  # that are listed
NOT_COMPARED = {
    "onnx": "not compared: onnxruntime is not installed",
    "c": "not compared: it has to be compiled",
}


@collects(reading=READING)
def export(
    model: Model,
    data: Annotated[
        Path | None, path_argument("[DATA]", "Data to compare answers on; random rows when not given.")
    ] = None,
    *,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="onnx, also where --out does not tell; python: equations in NumPy alone; "
            "c: a C99 header for small devices.",
            metavar="FORMAT",
        ),
    ] = None,
    quantize: Annotated[str | None, typer.Option(help="int8: weights of a C header in 8 bits.", metavar="KIND")] = None,
    out: Annotated[Path | None, path_option("File to write; MODEL's name with the format's ending else.")] = None,
    lang: Lang = None,
    reading: Given,
    as_json: AsJson = False,
) -> None:
    """Write a model as a file that runs without glassnet, and compare their answers."""
    from glassnet import workflows
    from glassnet.export.formats import FORMATS, format_named

    told_by_out = (each for each, row in FORMATS.items() if out is not None and row.suffix == out.suffix.lower())
    name = format_ or next(told_by_out, "onnx")
    path = out or model.with_suffix(format_named(name).suffix)
    check_writable(path, model, *filter(None, [data]))
    done = workflows.export_file(model, data, path, name, reading=reading, quantize=quantize)
    if as_json:
        say_json(_document(done))
    else:
        _print(done, model)


def _print(done: Export, model: Path) -> None:
    described = done.description
    stack = f", {described.stack} side by side" if described.stack else ""
    layers = f"{described.kind} {'-'.join(map(str, described.sizes))}, {described.n_parameters:,} parameters{stack}"
    compared = NOT_COMPARED[done.format] if done.comparison is None else done.comparison.sentence
    saved = f"{visible(done.path)}, {size_text(done.size)}"
    for head, text in (("Model", f"{visible(model)}: {told(layers)}"), ("Saved", saved), ("Compared", told(compared))):
        say("\n".join(_below(head, text)))
    rows = [(visible(one.name), told(one.holds)) for one in described.inputs[:MOST_INPUTS]]
    more = len(described.inputs) - MOST_INPUTS
    say(f"\n{fitted([(told('Input'), told('holds')), *rows])}")
    if more > 0:
        say(told(f"and {more} more"))


def _below(head: str, text: str) -> list[str]:
    """Return lines behind a head in a column of its own."""
    first, *others = wrapped(text, 70).split("\n")
    return [f"{padded(told(head), 10)}{first}", *(" " * 10 + line for line in others)]


def size_text(n: int) -> str:
    """Return a number of bytes in words."""
    return f"{n / 1e6:.2f} MB" if n >= 1e6 else f"{n / 1e3:.1f} kB"


def _document(done: Export) -> dict[str, object]:
    described = done.description
    return {
        "file": str(done.path), "format": done.format, "bytes": done.size, "model": described.kind,
        "sizes": described.sizes, "networks": described.stack or 1,
        "inputs": [{"name": one.name, "kind": one.kind, "holds": one.holds} for one in described.inputs],
        "comparison": None if done.comparison is None else done.comparison.to_document(),
    }  # fmt: skip
