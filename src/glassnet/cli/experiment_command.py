"""The command `glassnet experiment`: lists the textbook's claims, and runs one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glassnet.cli.options import AsJson, Lang, path_option
from glassnet.cli.terminal import broken_between_letters, say, say_json
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.cli.show import Show
    from glassnet.lessons import Result, Table

TEXT_WIDTH = 60  # of a column of text in a table, beyond which its cells are broken into lines
FORMATS = (".svg", ".png", ".pdf")


def experiment(
    name: Annotated[str | None, typer.Argument(help="Which one; without it all are listed.", metavar="[NAME]")] = None,
    seed: Annotated[int, typer.Option(help="The first seed; the others follow it.")] = 1,
    seeds: Annotated[int | None, typer.Option(help="How many; the experiment's own number when not given.")] = None,
    size: Annotated[str, typer.Option(help="full, or small: reduced to a second or two.")] = "full",
    data: Annotated[
        Path | None, path_option("For cats: the training .h5 file, or a folder of pictures in two sub-folders.")
    ] = None,
    out: Annotated[Path | None, path_option("Picture to write: .svg, .png or .pdf.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put a claim of the textbook to the test: numbers, how they vary over seeds, a picture, and whether it held."""
    from glassnet import lessons
    from glassnet.cli.show import Show

    show = Show(as_json)
    if name is None:
        _list(show)
        return
    if out is not None:
        _check_picture(out)
    options: dict[str, Any] = {} if data is None else {"data": str(data)}
    with show.status("Running the experiment"):
        result = lessons.run(name, seed=seed, seeds=seeds, size=size, **options)
    if out is not None:
        _write_picture(result, out)
    _show(show, result, out)


def _list(show: Show) -> None:
    from glassnet.lessons import EXPERIMENTS

    if show.as_json:
        say_json([
            {"name": name, "title": entry.title, "claim": entry.claim, "needs": entry.needs_data or None}
            for name, entry in EXPERIMENTS.items()
        ])  # fmt: skip
        return
    table = _grid(show)
    table.add_column(told("name"), style="bold", no_wrap=True)
    table.add_column(told("claim"))
    for name, entry in EXPERIMENTS.items():
        needs = f" {told(f'Needs --data: {entry.needs_data}.')}" if entry.needs_data else ""
        table.add_row(name, told(entry.claim) + needs)
    _print(show, table)
    say("\n" + told("Run one: glassnet experiment NAME, with --out picture.svg for its picture"))


def _show(show: Show, result: Result, out: Path | None) -> None:
    if show.as_json:
        say_json({**result.to_document(), "picture": None if out is None else str(out)})
        return
    _print(show, result.title, "bold")
    _print(show, f"Claim: {result.claim}")
    say("")
    for table in result.tables:
        _table(show, table)
    for note in result.notes:
        _print(show, note)
        say("")
    _table(show, result.summary)
    first, last = result.seeds[0], result.seeds[-1]
    show.line("Held", "yes" if result.held else "NO: a number left its bounds, see above")
    show.line("Seeds", f"{first} to {last}" if last > first else f"{first}")
    show.line("Time", f"{result.seconds:.1f} s")
    if out is not None:
        show.line("Picture", str(out))
    show.line("Again", result.again)


def _table(show: Show, table: Table) -> None:
    """Print a table; where it is wider than the terminal, its columns of text are broken."""
    from glassnet.lessons.experiment import cell_text
    from glassnet.plain_text import visible

    grid = _grid(show)
    for k, head in enumerate(table.head):
        is_text = any(isinstance(row[k], str) for row in table.rows)
        grid.add_column(told(head), justify="left" if is_text else "right", max_width=TEXT_WIDTH if is_text else None)
    for row in table.rows:
        grid.add_row(*(visible(told(cell) if isinstance(cell, str) else cell_text(cell)) for cell in row))
    _print(show, table.title, "bold")
    _print(show, grid)
    say("")


def _grid(show: Show) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Grid

    return Grid(box=SIMPLE_HEAD, pad_edge=False, header_style="")


def _print(show: Show, what: Any, style: str | None = None) -> None:
    from glassnet.plain_text import visible

    with broken_between_letters():
        show.out.print(visible(told(what), keep="\n") if isinstance(what, str) else what, soft_wrap=False, style=style)


def _check_picture(out: Path) -> None:
    from glassnet.errors import UnknownNameError
    from glassnet.files import check_writable

    if out.suffix.lower() not in FORMATS:
        raise UnknownNameError.among("kind of picture file", out.suffix or out.name, FORMATS)
    check_writable(out)


def _write_picture(result: Result, out: Path) -> None:
    from io import BytesIO

    from glassnet.files import write_beside
    from glassnet.plots.of_experiments import experiment as draw

    figure = draw(result)[0].figure
    buffer = BytesIO()
    figure.savefig(buffer, format=out.suffix[1:].lower())
    write_beside(out, buffer.getvalue())
