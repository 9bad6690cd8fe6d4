"""The command `glassnet search`: which settings suit a table, tried by any number of processes and machines."""

from __future__ import annotations

import io
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glassnet.cli.options import (
    CHOICES,
    READING,
    READING_PICTURES,
    SETTINGS,
    AsJson,
    Data,
    Given,
    Lang,
    collects,
    data_option,
    path_option,
)
from glassnet.cli.terminal import complain, say, say_json
from glassnet.errors import SettingError
from glassnet.files import check_writable, write_beside
from glassnet.plain_text import visible
from glassnet.text_table import number_text, wrapped
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.search.trials import Study, Trial
    from glassnet.workflows.searching import Search

PICTURES = (".svg", ".png", ".pdf")
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
FIXED = {name: option for name, option in SETTINGS.items() if name != "time_limit"}


@collects(settings=FIXED, columns=CHOICES, reading={**READING_PICTURES, **READING})
def search(
    data: Data,
    *,
    target: Annotated[str | None, data_option("Column to predict; pictures and arrays bring their own.")] = None,
    task: Annotated[str | None, data_option("classes or numbers; decided by the target when not given.")] = None,
    test: Annotated[float | None, data_option("Share of the rows kept for the final score; .2 when not given.")] = None,
    test_file: Annotated[Path | None, path_option("File of the rows of the final score.", "Data")] = None,
    trials: Annotated[int, typer.Option(help="Settings to try, in all processes together.")] = 50,
    time_limit: Annotated[
        str | None, typer.Option(help="After so long no further trial begins: 90s, 10m, 2h.", metavar="TIME")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            help="Journal file, or URL of a database (postgresql://user@host/name), that processes and machines share.",
            metavar="FILE|URL",
        ),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune/--no-prune", help="End trials early whose validation cost lags behind.")
    ] = True,
    columns: Given,
    settings: Given,
    reading: Given,
    out: Annotated[Path | None, path_option("Model file; DATA's name with .glassnet when not given.")] = None,
    picture: Annotated[
        Path | None, path_option("Picture of parameters against score; the model's name with .svg when not given.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Try layers, rates, regularisation and recipes on a table; save the best model.

    Options of `train` that are given stay as they are; the others are searched. Start the command as often as you like
    with the same --storage: processes share the trials, and one that is killed loses no other's.
    """
    from glassnet import workflows
    from glassnet.tables.reading.formats import stem

    out = out or Path(f"{stem(data)}.glassnet")
    picture = picture or out.with_suffix(".svg")
    if picture.suffix.lower() not in PICTURES:
        raise SettingError(f"--picture: expected a file {', '.join(PICTURES)}; got {visible(picture)}")
    check_writable(picture, data, out)
    found = workflows.search_file(
        data, target, task=task, test=test, test_file=test_file, trials=trials, time_limit=_seconds(time_limit),
        storage=storage, prune=prune, out=out, reading=reading, tell=_teller(trials, as_json=as_json),
        sample_weight=columns.pop("weight", None), ids=columns.pop("id", ()), **columns, **settings,
    )  # fmt: skip
    write_beside(picture, _drawn(found.study, picture.suffix.lower()[1:]))
    if as_json:
        say_json(_document(found, out, picture))
    else:
        _print(found, out, picture)


def _seconds(text: str | None) -> float | None:
    """Return the seconds of a text such as 90s, 10m or 1.5h."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([smhd]?)\s*", text.lower())
    if match is None or float(match[1]) == 0:
        raise SettingError(f"--time-limit: expected a time such as 90s, 10m or 2h; got {text!r}")
    return float(match[1]) * UNITS[match[2]]


def _teller(trials: int, *, as_json: bool) -> Any:
    """Return what says on standard error how each trial of this process ended."""

    def tell(trial: Trial) -> None:
        if not as_json:
            how = trial.state if trial.score is None else f"score {number_text(trial.score)}"
            complain(told(f"trial {trial.number} of {trials}: {how}, {trial.seconds:.1f} s"))

    return tell


def _drawn(study: Study, format_: str) -> bytes:
    from glassnet import plots

    file = io.BytesIO()
    plots.search(study)[0].figure.savefig(file, format=format_)
    return file.getvalue()


def _document(found: Search, out: Path, picture: Path) -> dict[str, Any]:
    trials = [{**asdict(each), "command": found.commands[each.number]} for each in found.study.trials]
    best = found.study.best.number
    scores = {part: {"rows": each.rows, **each.values} for part, each in found.training.scores.items()}
    return {
        "model": str(out), "picture": str(picture), "best": best, "command": found.commands[best],
        "trials": trials, "scores": scores, "interrupted": found.study.interrupted,
    }  # fmt: skip


def _print(found: Search, out: Path, picture: Path) -> None:
    from glassnet.cli.show import Show
    from glassnet.search.trials import MOST_SHOWN

    study, show = found.study, Show(as_json=False)
    say(f"{study}\n")
    say(wrapped(told("score: the cost on rows left out, less is better; a line below repeats a trial and its score")))
    for trial in study.ranked[:MOST_SHOWN]:
        say(f"{trial.number}: {found.commands[trial.number]}")
    say("")
    show.scores(found.training)
    show.line("Saved", str(out), names=True)
    show.line("Picture", str(picture), names=True)
    if study.interrupted:
        show.line("Note", "interrupted: the same command with the same --storage goes on")
