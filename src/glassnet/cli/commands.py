"""The commands and their options.

Exit codes: 0 done; 1 a fault of glassnet itself; 2 something in the command, the formula, the data or a file cannot be
used; 3 `grade` found something wrong in the learner's file, or `check` in the formula; 130 interrupted before there was
anything to keep.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from glassnet import distributed
from glassnet._version import __version__
from glassnet.cli import BEGAN, terminal
from glassnet.cli.card_command import card
from glassnet.cli.check_command import check
from glassnet.cli.experiment_command import experiment
from glassnet.cli.explain_command import explain
from glassnet.cli.export_command import export
from glassnet.cli.grade_command import grade
from glassnet.cli.help import Command, Group
from glassnet.cli.look_command import look
from glassnet.cli.options import (
    CHOICES,
    ID,
    MEMORY,
    READING,
    READING_PICTURES,
    RECORDS,
    SETTINGS,
    STRICT,
    AsJson,
    Data,
    Given,
    Interval,
    Lang,
    Model,
    Seed,
    collects,
    data_option,
    path_argument,
    path_option,
)
from glassnet.cli.report_command import report
from glassnet.cli.search_command import search
from glassnet.cli.serve_command import serve
from glassnet.cli.studio_command import studio
from glassnet.cli.terminal import complain, end, say, say_json
from glassnet.errors import GlassnetError, SettingError
from glassnet.files import check_writable
from glassnet.interrupts import INTERRUPTED
from glassnet.plain_text import one_line, shortened, visible
from glassnet.texts import language, speak, told

app = typer.Typer(
    name="glassnet", cls=Group,
    help="A deep neural network you can see through: train on tables and pictures, and open every number.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.command()
def demo(
    folder: Annotated[Path | None, path_option("Keep data and models here, instead of in a temporary folder.")] = None,
    seed: Seed = 1,
    lang: Lang = None,
) -> None:
    """Train on real tables and pictures, look inside, save, load and predict."""
    from glassnet.cli.demo import run_demo

    run_demo(folder, seed, lambda words: app([*words, "--lang", language()], standalone_mode=False))


app.command()(look)


@app.command()
@collects(settings=SETTINGS, columns=CHOICES, reading={**READING_PICTURES, **READING}, stream=MEMORY, records=RECORDS)
def train(
    data: Data,
    *,
    target: Annotated[str | None, data_option("Column to predict; pictures and arrays bring their own.")] = None,
    task: Annotated[str | None, data_option("classes or numbers; decided by the target when not given.")] = None,
    test: Annotated[float | None, data_option("Share of the rows kept for the final score; .2 when not given.")] = None,
    test_file: Annotated[Path | None, path_option("File of the rows of the final score.", "Data")] = None,
    columns: Given,
    settings: Given,
    reading: Given,
    stream: Given,
    cache: Annotated[
        Path | None, path_option("Keep the prepared rows of a stream in this folder, for further trainings.", "Data")
    ] = None,
    records: Given,
    resume: Annotated[Path | None, path_option("Resume the training of this model, or of a checkpoint.")] = None,
    out: Annotated[Path | None, path_option("Model file; DATA's name with .glassnet when not given.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Train a network on a table or on pictures, score it on rows it has not seen, save it."""
    from glassnet import workflows
    from glassnet.cli.show import Show
    from glassnet.tables.reading.formats import stem

    out = out or Path(f"{stem(data)}.glassnet")
    show, reduce = Show(as_json), distributed.joined()
    recorders = [_recorder(*each) for each in records.items()]
    with show.progress() as watch:
        outcome = workflows.train_file(
            data, target, task=task, test=test, test_file=test_file, out=out, resume=resume, reading=reading,
            sample_weight=columns.pop("weight", None), ids=columns.pop("id", ()), reduce=reduce,
            callbacks=[watch.callback, *recorders], announce=show.dataset, waiting=watch.waiting, began=BEGAN,
            cache=cache, **stream, **columns, **settings,
        )  # fmt: skip
    show.training(outcome, out)
    if reduce is not None:
        reduce.leave()


app.command()(search)


def _recorder(kind: str, where: str) -> Any:
    """Return what records a training at a place: a folder of TensorBoard's, or an address of MLflow's."""
    from glassnet import record

    return {"tensorboard": record.TensorBoard, "mlflow": record.MLflow}[kind](where)


@app.command()
@collects(reading={**READING, **STRICT}, stream=MEMORY)
def evaluate(
    model: Model,
    data: Data,
    *,
    cv: Annotated[
        int | None, typer.Option(help="Cross-validate the model's settings on DATA: train anew for so many folds.")
    ] = None,
    interval: Interval = None,
    reading: Given,
    stream: Given,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on rows or pictures whose targets are known."""
    from glassnet import workflows
    from glassnet.cli.show import Show

    if cv is not None and interval is not None:
        raise SettingError("--interval measures the model's own intervals on DATA; --cv trains anew: give one of them")
    if cv is None:
        Show(as_json).evaluation(*workflows.evaluate_file(model, data, reading, interval=interval, **stream))
    else:
        Show(as_json).cross_validation(workflows.cross_validate_file(model, data, cv, reading))


@app.command()
@collects(ids=ID, reading={**READING, **STRICT}, stream=MEMORY)
def predict(
    model: Model,
    data: Data,
    *,
    probabilities: Annotated[bool, typer.Option("--probabilities", help="One more column for each class.")] = False,
    interval: Interval = None,
    ids: Given,
    with_input: Annotated[
        bool, typer.Option("--with-input", help="All columns of DATA stand before the predictions.")
    ] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Columns that the model needs may be missing: they count as empty.")
    ] = False,
    reading: Given,
    stream: Given,
    out: Annotated[Path | None, path_option("CSV file to write, instead of printing.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Predict every row of a table, or every picture, as CSV.

    What is new in DATA (unseen values, empty columns, numbers far outside) is told on standard error.
    A cell that a spreadsheet would take for a formula (=1+1) begins with an apostrophe; --json gives names as they are.
    """
    from glassnet import workflows

    predictions = workflows.predict_file(
        model, data, probabilities=probabilities, interval=interval, ids=ids.get("id", ()), with_input=with_input,
        allow_missing=allow_missing, out=out, reading=reading, write=None if as_json else sys.stdout.write, **stream,
    )  # fmt: skip
    for note in predictions.notes:
        complain(told(f"note: {one_line(note)}"))
    if as_json:
        new = {"new": [each.to_document() for each in predictions.new]} if predictions.new else {}
        found = predictions.columns if out is None else {"out": str(out), "rows": predictions.rows}
        say_json({**found, **new})
    elif out is None:
        sys.stdout.write("" if predictions.streamed else predictions.to_csv())
    else:
        say(told(f"{predictions.rows} predictions in {visible(out)}"))


@app.command()
@collects(reading=READING)
def inspect(
    model: Model,
    data: Annotated[Path | None, path_argument("[DATA]", "Data to take a row from.")] = None,
    *,
    row: Annotated[int, typer.Option(help="Row of DATA to follow through the network, counted from 1.")] = 1,
    network: Annotated[
        int, typer.Option(help="Of several networks side by side, the one shown in full, counted from 0.")
    ] = 0,
    page: Annotated[Path | None, path_option("Also write what is shown, with every number, as a page.")] = None,
    reading: Given,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Open a model: architecture, parameters, dimension table, and one row's way through it, number by number."""
    from glassnet import workflows
    from glassnet.cli.show import Show

    if page is not None:
        check_writable(page, *(path for path in (model, data) if path is not None))
    opened = workflows.open_model(model)
    sample = None if data is None else workflows.trace_row(model, data, row, reading, network)
    if page is not None:
        workflows.write_page(page, opened, sample)
    Show(as_json).inside(opened, sample)


@app.command()
def engines(
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure each engine here first, and keep its cost coefficients.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show the engines: what is installed, what each is good for, and the cost coefficients by which "auto" chooses."""
    from glassnet.backends import measure as measuring
    from glassnet.cli.show import Show

    show = Show(as_json)
    if measure:
        with show.waiting() as report_progress:
            measuring.measure(report_progress)
    show.engines(measuring.report())


app.command()(explain)
app.command()(export)
app.command()(report)
app.command()(card)
app.command()(grade)
app.command()(check)
app.command()(studio)
app.command()(serve)


app.command("experiment")(experiment)


@app.command()
def version() -> None:
    """Print the version."""
    say(__version__)


for _registered in app.registered_commands:
    _registered.cls = Command


def run() -> None:
    """Run a command; whatever goes wrong ends in one sentence and an exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill keeps the best network so far, as Ctrl-C
    try:
        terminal.prepare()
        if rank := distributed.number_of_process():
            terminal.say_errors_alone(f"process {rank}: ")
        speak(None)
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except GlassnetError as error:
        end(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except MemoryError:
        end("not enough memory for this data and network", 2)
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        end(f"{where}{error.strerror or error}", 2)
    except Exception as error:  # the last line of defence: no traceback reaches a shell user
        if hasattr(error, "format_message"):  # a command that cannot be understood
            _usage(error)
        if not _was_interrupted(error):
            _fault(error)
        code = INTERRUPTED
    if code == INTERRUPTED:
        end("interrupted; nothing was changed", code)
    sys.exit(code)


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error: a library may turn it into another one while it is imported."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _usage(error: Any) -> NoReturn:
    """Show the help where nothing was asked for; else say what cannot be understood."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        if text := error.format_message().strip():  # rich has printed it by now
            say(text)
        sys.exit(2)
    message = shortened(one_line(error.format_message()).rstrip("."), 400)
    end(f"{message}; see {context.command_path} --help" if context else message, 2)


def _fault(error: Exception) -> NoReturn:
    if os.environ.get("GLASSNET_DEBUG"):
        complain(visible("".join(traceback.format_exception(error)), keep="\n"))
        sys.exit(1)
    message = shortened(one_line(f"{type(error).__name__}: {error}"), 400)
    end(f"{message}. This is a fault of glassnet; GLASSNET_DEBUG=1 shows where", 1)
