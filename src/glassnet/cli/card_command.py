"""The command `glassnet card`: what a model is and how good, as Markdown that model hubs read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from glassnet.cli.options import Lang, Model, path_argument, path_option
from glassnet.cli.terminal import say
from glassnet.files import check_writable, write_beside
from glassnet.plain_text import visible
from glassnet.text_table import padded
from glassnet.texts import told


def card(
    model: Model,
    data: Annotated[Path | None, path_argument("[DATA]", "Data with known targets, to score the model on.")] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(help="Column of DATA by whose values scores are told apart. Repeatable.", metavar="COL"),
    ] = None,
    out: Annotated[Path | None, path_option("Markdown file to write, instead of printing.")] = None,
    lang: Lang = None,
) -> None:
    """Write a model card: data, scores by class and group, calibration, limits, how the model was made and is used."""
    from glassnet.report.card import card as made

    if out is not None:
        check_writable(out, model, *filter(None, [data]))
    text = made(model, data, group or ())
    if out is None:
        sys.stdout.write(text)
    else:
        write_beside(out, text.encode())
        say(f"{padded(told('Saved'), 10)}{visible(out)}")
