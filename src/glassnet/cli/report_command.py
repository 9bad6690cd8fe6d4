"""The command `glassnet report`: a model or an experiment in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from glassnet.cli.options import Lang, path_argument, path_option
from glassnet.cli.terminal import say
from glassnet.plain_text import visible
from glassnet.text_table import padded
from glassnet.texts import language, told


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
    lang: Lang = None,
) -> None:
    """Write a laboratory report on a model or an experiment, in one HTML file."""
    from glassnet import report as reports

    reports.check(out, language(), source, data, training)
    reports.write(reports.of_file(source, data, training), out, language())
    say(f"{padded(told('Report'), 10)}{visible(out)}")
