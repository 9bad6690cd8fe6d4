"""The command `glassnet explain`: why a model answers what it answers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glassnet.cli.options import READING, AsJson, Data, Given, Lang, Model, collects, columns_option, path_option
from glassnet.cli.terminal import say, say_json
from glassnet.errors import SettingError
from glassnet.files import check_writable, write_beside
from glassnet.plain_text import one_line, visible
from glassnet.text_table import wrapped
from glassnet.texts import language, told

if TYPE_CHECKING:
    from glassnet.workflows import Explanation

PAGE, PICTURES = ".html", (".png", ".svg", ".pdf")
COLUMNS = {
    "column": columns_option("column", "Columns to show the effect of: one, or two for the effect of both."),
    "together": columns_option("together", "Columns that are shuffled together; another group with another option."),
}


@collects(columns=COLUMNS, reading=READING)
def explain(
    model: Model,
    data: Data,
    *,
    row: Annotated[int | None, typer.Option(help="Row of DATA to explain, counted from 1.")] = None,
    columns: Given,
    metric: Annotated[
        str | None, typer.Option(help="Score that a column matters for; else the model's, Brier score or RMSE.")
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="Class whose probability is explained; number of one of several targets.")
    ] = None,
    out: Annotated[
        Path | None, path_option("Also write a report (.html) or the picture (.png, .svg, .pdf) of what is shown.")
    ] = None,
    lang: Lang = None,
    reading: Given,
    as_json: AsJson = False,
) -> None:
    """Say why a model answers what it answers: which columns matter, how (--column), and for which row (--row)."""
    from glassnet import report as reports
    from glassnet import workflows

    suffix = "" if out is None else out.suffix.lower()
    if out is not None:
        if suffix not in (PAGE, *PICTURES):
            raise SettingError(f"--out: expected a file {', '.join((PAGE, *PICTURES))}; got {visible(out)}")
        check_writable(out, model, data)
        reports.check(out, language())
    found = workflows.explain_file(
        model, data, row=row, columns=columns.get("column", ()), together=columns.get("together", ()), output=output,
        metric=metric, everything=suffix == PAGE, reading=reading,
    )  # fmt: skip
    if out is not None and suffix == PAGE:
        reports.write(reports.of_explanation(found, model), out, language())
    elif out is not None:
        write_beside(out, _picture(found, suffix[1:]))
    if as_json:
        say_json(found.to_document())
    else:
        _print(found)
        if out is not None:
            say(f"\n{told('Report' if suffix == PAGE else 'Picture')}    {visible(out)}")


def _print(found: Explanation) -> None:
    """Print each result: a sentence, and a table below it."""
    if found.contributions is not None:
        say(wrapped(f"{told(f'row {found.row}')}{told(': ')}{told(found.contributions.sentence)}"))
        say(f"\n{found.contributions.table}")
    results = [*found.dependences, *filter(None, [found.importance, found.interactions])]
    for k, result in enumerate(results):
        say(f"{chr(10) if k or found.contributions is not None else ''}{result}")
    if found.importance is not None:
        counted = f"{found.importance.rows:,} rows, each column shuffled {found.importance.repeats} times"
        say(f"\n{told(counted)}")
    for note in found.notes:
        say(wrapped(told(one_line(note))))


def _picture(found: Explanation, format_: str) -> bytes:
    """Return the picture of what was asked for."""
    from glassnet import plots

    drawn: Any
    if found.contributions is not None:
        drawn = plots.contributions(found.contributions)
    elif found.dependences:
        drawn = plots.dependence(found.dependences[0])
    else:
        assert found.importance is not None
        drawn = plots.importance(found.importance)
    file = io.BytesIO()
    drawn.figure.savefig(file, format=format_)
    return file.getvalue()
