"""The commands and their options.

Exit codes: 0 done; 1 a fault of glassnet itself; 2 something in the command, the data or a file cannot be used;
3 `grade` found something wrong in the learner's file; 130 interrupted before there was anything to keep.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from glassnet._version import __version__
from glassnet.cli import terminal
from glassnet.cli.experiment_command import experiment
from glassnet.cli.grade_command import grade
from glassnet.cli.report_command import report
from glassnet.cli.terminal import complain, end, file_name, say, say_json
from glassnet.errors import GlassnetError, SettingError
from glassnet.plain_text import one_line, shortened, visible

INTERRUPTED = 130

app = typer.Typer(
    name="glassnet",
    help="A deep neural network you can see through: train on tables and pictures, and open every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    Path,
    typer.Argument(help="CSV, Parquet, HDF5 or NumPy file, or a folder of pictures.", metavar="DATA", parser=file_name),
]
Model = Annotated[Path, typer.Argument(help="A .glassnet file.", metavar="MODEL", parser=file_name)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
Separator = Annotated[str | None, typer.Option(help="Character between cells of a CSV file; found when not given.")]
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header", help="Whether the first line of a CSV file names the columns; found when not given."
    ),
]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a CSV file; found when not given.")]


@app.command()
def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Keep data and models here, instead of in a temporary folder.", metavar="PATH", parser=file_name
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Source of all randomness.")] = 1,
) -> None:
    """Train on real tables and pictures, look inside, save, load and predict."""
    from glassnet.cli.demo import run_demo

    run_demo(folder, seed, lambda words: app(words, standalone_mode=False))


@app.command()
def train(
    data: Data,
    target: Annotated[str | None, typer.Option(help="Column to predict; pictures and arrays bring their own.")] = None,
    hidden: Annotated[
        str | None, typer.Option(help="Units of each hidden layer: 64,32; none for logistic or linear regression.")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help="Of the hidden layers: one name, or one per layer: relu,tanh.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="fast, default or best: how many networks of which kinds are tried.")
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="cross_entropy, squared_error, absolute_error, huber, quantile(0.9), poisson.")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="gradient_descent, momentum, nesterov, rmsprop, adam, adamw, lbfgs.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="alpha; the optimiser's own when not given.")] = None,
    schedule: Annotated[
        str | None, typer.Option(help="constant, step, exponential, inverse_scaling, cosine, warmup_cosine, plateau.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training rows.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Rows per step; chosen by the number of rows when not given.")
    ] = None,
    l2: Annotated[float | None, typer.Option(help="lambda of the penalty on squared weights.")] = None,
    dropout: Annotated[float | None, typer.Option(help="Share of hidden units dropped in each step.")] = None,
    networks: Annotated[int | None, typer.Option(help="Networks trained side by side and averaged.")] = None,
    validation: Annotated[
        float | None, typer.Option(help="Share of the training rows that chooses the best epoch.")
    ] = None,
    patience: Annotated[
        int | None, typer.Option(help="Epochs without a lower validation cost before training ends.")
    ] = None,
    test: Annotated[
        float | None, typer.Option(help="Share of the rows kept for the final score; .2 when not given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Source of all randomness.")] = None,
    engine: Annotated[str | None, typer.Option(help="auto, numpy, compiled or torch: what trains.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda: where torch computes.")] = None,
    precision: Annotated[str | None, typer.Option(help="full or bfloat16: what torch multiplies.")] = None,
    task: Annotated[str | None, typer.Option(help="classes or numbers; decided by the target when not given.")] = None,
    size: Annotated[
        int | None, typer.Option(help="Height and width that pictures are brought to; 64 when not given.")
    ] = None,
    order: Annotated[str | None, typer.Option(help="Numbers of a picture: interleaved or planes.")] = None,
    separator: Separator = None,
    header: Header = None,
    encoding: Encoding = None,
    start_from: Annotated[
        Path | None, typer.Option("--continue", help="Go on from this model.", metavar="PATH", parser=file_name)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Model file; DATA's name with .glassnet when not given.", metavar="PATH", parser=file_name),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network on a table or on pictures, score it on rows it has not seen, save it."""
    from glassnet import workflows
    from glassnet.cli.show import Show
    from glassnet.tables.reading.formats import stem

    settings = {
        "hidden": None if hidden is None else _units(hidden),
        "activation": None if activation is None else _names(activation),
        "preset": preset, "loss": loss, "optimizer": optimizer, "learning_rate": learning_rate, "schedule": schedule,
        "epochs": epochs, "batch_size": batch_size, "l2": l2, "dropout": dropout, "n_networks": networks,
        "validation": validation, "patience": patience, "random_state": seed, "engine": engine, "device": device,
        "precision": precision,
    }  # fmt: skip
    out = out or Path(f"{stem(data)}.glassnet")
    show = Show(as_json)
    with show.progress() as callback:
        outcome = workflows.train_file(
            data, target, task=task, test=test, out=out, start_from=start_from,
            reading=_given(size=size, order=order, separator=separator, header=header, encoding=encoding),
            callbacks=[callback], announce=show.dataset, **_given(**settings),
        )  # fmt: skip
    show.training(outcome, out)


@app.command()
def evaluate(
    model: Model,
    data: Data,
    separator: Separator = None,
    header: Header = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on rows or pictures whose targets are known."""
    from glassnet import workflows
    from glassnet.cli.show import Show

    reading = _given(separator=separator, header=header, encoding=encoding)
    estimator, scores = workflows.evaluate_file(model, data, reading)
    Show(as_json).evaluation(estimator, scores)


@app.command()
def predict(
    model: Model,
    data: Data,
    probabilities: Annotated[bool, typer.Option("--probabilities", help="One more column for each class.")] = False,
    separator: Separator = None,
    header: Header = None,
    encoding: Encoding = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write, instead of printing.", metavar="PATH", parser=file_name)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict every row of a table, or every picture, as CSV.

    A cell that a spreadsheet would take for a formula (=1+1) begins with an apostrophe; --json gives names as they are.
    """
    from glassnet import workflows

    reading = _given(separator=separator, header=header, encoding=encoding)
    predictions = workflows.predict_file(model, data, probabilities=probabilities, out=out, reading=reading)
    if as_json:
        say_json(predictions.columns if out is None else {"out": str(out), "rows": predictions.rows})
    elif out is None:
        sys.stdout.write(predictions.to_csv())
    else:
        say(f"{predictions.rows} predictions in {visible(out)}")


@app.command()
def inspect(
    model: Model,
    data: Annotated[
        Path | None, typer.Argument(help="Data to take a row from.", metavar="[DATA]", parser=file_name)
    ] = None,
    row: Annotated[int, typer.Option(help="Row of DATA to follow through the network, counted from 1.")] = 1,
    page: Annotated[
        Path | None,
        typer.Option(help="Also write what is shown, with every number, as a page.", metavar="PATH", parser=file_name),
    ] = None,
    separator: Separator = None,
    header: Header = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Open a model: architecture, parameters, dimension table, and one row's way through it, number by number."""
    from glassnet import workflows
    from glassnet.cli.show import Show

    reading = _given(separator=separator, header=header, encoding=encoding)
    opened = workflows.open_model(model)
    sample = None if data is None else workflows.trace_row(model, data, row, reading)
    if page is not None:
        workflows.write_page(page, opened, sample)
    Show(as_json).inside(opened, sample)


@app.command()
def engines(
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Measure each engine here first, and keep its cost coefficients."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the engines: what is installed, what each is good for, and the cost coefficients by which "auto" chooses."""
    from glassnet import engine_report
    from glassnet.cli.show import Show

    show = Show(as_json)
    if measure:
        with show.waiting() as told:
            engine_report.measure(told)
    show.engines(engine_report.report())


app.command()(report)
app.command()(grade)


app.command("experiment")(experiment)


@app.command()
def version() -> None:
    """Print the version."""
    say(__version__)


def run() -> None:
    """Run a command; whatever goes wrong ends in one sentence and an exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill keeps the best network so far, as Ctrl-C
    try:
        terminal.prepare()
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
        _fault(error)
    if code == INTERRUPTED:
        end("interrupted; nothing was changed", code)
    sys.exit(code)


def _usage(error: Any) -> NoReturn:
    """Show the help where nothing was asked for; else say what cannot be understood."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        if text := error.format_message().strip():  # rich has printed it by now
            say(text)
        sys.exit(2)
    told = shortened(one_line(error.format_message()).rstrip("."), 400)
    end(f"{told}; see {context.command_path} --help" if context else told, 2)


def _fault(error: Exception) -> NoReturn:
    if os.environ.get("GLASSNET_DEBUG"):
        complain(visible("".join(traceback.format_exception(error)), keep="\n"))
        sys.exit(1)
    told = shortened(one_line(f"{type(error).__name__}: {error}"), 400)
    end(f"{told}. This is a fault of glassnet; GLASSNET_DEBUG=1 shows where", 1)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _units(text: str) -> list[int]:
    if text.strip().lower() in {"none", ""}:
        return []
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise SettingError(
            f"--hidden: expected whole numbers with commas between, such as 64,32; got {text!r}"
        ) from None


def _names(text: str) -> str | list[str]:
    names = [name.strip() for name in text.split(",")]
    return names if len(names) > 1 else names[0]
