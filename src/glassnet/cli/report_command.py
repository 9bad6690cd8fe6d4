"""`glassnet report`: a model or an experiment told in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    source: Annotated[
        Path,
        typer.Argument(
            help="A .glassnet file, or what `glassnet experiment NAME --json` printed, in a .json file.",
            metavar="MODEL",
        ),
    ],
    data: Annotated[
        Path | None, typer.Argument(help="Data with known targets, for scores and analysis.", metavar="[DATA]")
    ] = None,
    training: Annotated[
        Path | None, typer.Option(help="Data of the training, for the diagnosis: what went wrong, what to change.")
    ] = None,
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("report.html"),
    lang: Annotated[str, typer.Option(help="en or zh: English or Chinese.")] = "en",
) -> None:
    """Write a laboratory report on a model or an experiment, in one HTML file."""
    from glassnet import report as reports

    reports.check(out, lang)
    reports.write(reports.of_file(source, data, training), out, lang)
    typer.echo(f"Report    {out}")
