"""The command `glassnet report`: a model or an experiment in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from glassnet.cli.options import path_argument, path_option
from glassnet.cli.terminal import say
from glassnet.plain_text import visible


def report(
    source: Annotated[
        Path,
        path_argument("MODEL", "A .glassnet file, or what `glassnet experiment NAME --json` printed, in a .json file."),
    ],
    data: Annotated[Path | None, path_argument("[DATA]", "Data with known targets, for scores and analysis.")] = None,
    training: Annotated[
        Path | None, path_option("Data of the training, for the diagnosis: what went wrong, what to change.")
    ] = None,
    out: Annotated[Path, path_option("HTML file to write.")] = Path("report.html"),
    lang: Annotated[str, typer.Option(help="en or zh: English or Chinese.")] = "en",
) -> None:
    """Write a laboratory report on a model or an experiment, in one HTML file."""
    from glassnet import report as reports

    reports.check(out, lang, source, data, training)
    reports.write(reports.of_file(source, data, training), out, lang)
    say(f"Report    {visible(out)}")
