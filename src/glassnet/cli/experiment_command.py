"""The command `glassnet experiment`: lists the textbook's claims, runs one, and what a change does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glassnet.cli.options import AsJson, Lang, path_option
from glassnet.cli.terminal import complain, say, say_json
from glassnet.texts import language, told

if TYPE_CHECKING:
    from glassnet.cli.show import Show
    from glassnet.lessons import Result, Table, Variation

FORMATS = (".svg", ".png", ".pdf")
WIDTH = 80  # cells of a line, or fewer where the terminal has fewer


def experiment(
    name: Annotated[str | None, typer.Argument(help="Which one; without it all are listed.", metavar="[NAME]")] = None,
    seed: Annotated[int, typer.Option(help="The first seed; the others follow it.")] = 1,
    seeds: Annotated[int | None, typer.Option(help="How many; the experiment's own number when not given.")] = None,
    size: Annotated[str, typer.Option(help="full, or small: reduced to a second or two.")] = "full",
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Change it, as in hidden=1,alpha=3, and see what that does. Repeatable."
        ),
    ] = None,
    details: Annotated[bool, typer.Option("--details", help="All numbers, tables and notes.")] = False,
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
    how: dict[str, Any] = {"seed": seed, "seeds": seeds, "size": size}
    if data is not None:
        how["data"] = str(data)
    changed = lessons.read_changes(name, ",".join(changes)) if changes else None
    with _progress(show):
        varied = None if changed is None else lessons.vary(name, changed, **how)
        result = varied.after if varied else lessons.run(name, **how)
    if out is not None:
        _write_picture(result, out)
    if as_json:
        document = varied.to_document() if varied else result.to_document()
        say_json({**document, "picture": None if out is None else str(out)})
    elif varied:
        _show_variation(show, varied, out, details)
    else:
        _show(show, result, out, details)


def _list(show: Show) -> None:
    from glassnet.lessons import EXPERIMENTS, SUBJECTS
    from glassnet.text_table import folded

    if show.as_json:
        say_json([
            {"name": name, "title": entry.title, "claim": entry.claim, "needs": entry.needs_data or None}
            for name, entry in EXPERIMENTS.items()
        ])  # fmt: skip
        return
    subject_of = {name: subject for subject, files in SUBJECTS.items() for file in files for name in file.EXPERIMENTS}
    width, column = _width(show), max(map(len, EXPERIMENTS)) + 2
    last = None
    for name, entry in EXPERIMENTS.items():
        if (subject := subject_of.get(name, "")) != last:
            show.out.print(f"\n{told(subject)}" if last else told(subject), style="bold")
            last = subject
        needs = f"Needs --data: {entry.needs_data}." if entry.needs_data else ""
        for i, line in enumerate(folded(_sentences(entry.claim, needs), width - column)):
            say(f"{name if i == 0 else '':<{column}}{line}")
    say("\n" + told("Run one: glassnet experiment NAME, with --out picture.svg for its picture"))


def _show(show: Show, result: Result, out: Path | None, details: bool) -> None:
    _lines(show, "Held" if result.held else "NOT held", result.said)
    _lines(show, "Claim", result.claim)
    kept = sum(finding.held for finding in result.findings)
    first, last = result.seeds[0], result.seeds[-1]
    over = f"seeds {first} to {last}" if last > first else f"seed {first}"
    within = f"{kept} of {len(result.findings)} within the claim's bounds"
    _lines(show, "Numbers", _parts(within, over, f"{result.seconds:.1f} s"))
    if details or not result.held:
        _table(show, result.summary)
    if details:
        for table in result.tables:
            _table(show, table)
        for note in result.notes:
            _lines(show, "Note", note)
    _more(show, result.again, out, details)


def _show_variation(show: Show, varied: Variation, out: Path | None, details: bool) -> None:
    _lines(show, "Changed", _sentences(f"{varied.changed}.", varied.verdict))
    _lines(show, "Before", varied.before.said)
    _lines(show, "After", varied.after.said)
    _table(show, varied.summary)
    if details:
        for table in varied.after.tables:
            _table(show, table)
    _more(show, varied.after.again, out, details)


def _more(show: Show, again: str, out: Path | None, details: bool) -> None:
    if out is not None:
        _lines(show, "Picture", str(out))
    more = [*([] if details else ["--details: all numbers and tables"]),
            *([] if out else ["--out picture.svg: the picture"])]  # fmt: skip
    if more:
        _lines(show, "More", _parts(*more))
    show.line("Again", again, names=True)  # in one line, to be copied


def _parts(*parts: str) -> str:
    """Return parts of a sentence in the language that is spoken, with its semicolons between."""
    return told("; ").join(map(told, parts))


def _sentences(*sentences: str) -> str:
    """Return sentences in the language that is spoken; Chinese has no blanks between."""
    if language() == "zh":
        return "".join(f"{each[:-1]}。" if each.endswith(".") else each for each in map(told, sentences))
    return " ".join(filter(None, sentences))


def _lines(show: Show, head: str, text: str) -> None:
    """Print a text under a head, its lines beside it."""
    from glassnet.plain_text import visible
    from glassnet.text_table import folded, padded

    for i, line in enumerate(folded(visible(told(text)), _width(show) - 10)):
        show.out.print(padded(told(head) if i == 0 else "", 10), style="bold", end="")
        show.out.print(line)


def _table(show: Show, table: Table) -> None:
    from glassnet.plain_text import visible

    rows = [[told(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows]
    in_language = table._replace(title=visible(told(table.title)), head=[*map(told, table.head)], rows=rows)
    title, *lines = str(in_language).split("\n")
    show.out.print(f"\n{title}", style="bold")
    say("\n".join(lines) + "\n")


def _width(show: Show) -> int:
    return min(WIDTH, show.out.width)


@contextmanager
def _progress(show: Show) -> Iterator[None]:
    """Show a bar on a terminal while the experiment runs."""
    if show.is_quiet:
        yield
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from glassnet.lessons.progress import watched
    from glassnet.text_table import padded

    columns = (TextColumn("[bold]{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.err, transient=True) as bar:
        task = bar.add_task(padded(told("Running"), 9), total=1.0)
        with watched(lambda share: bar.update(task, completed=share)):
            yield


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
    from glassnet.plots.words import chinese_font, letters

    lang = language()
    if lang == "zh" and chinese_font() is None:
        lang = "en"
        complain(told("no font with Chinese letters is installed, such as Noto Sans CJK: the picture is in English"))
    buffer = BytesIO()
    with letters(lang):
        draw(result, lang=lang)[0].figure.savefig(buffer, format=out.suffix[1:].lower())
    write_beside(out, buffer.getvalue())
