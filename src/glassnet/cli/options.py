"""Arguments and options that several commands share, and options that are made from the declarations of settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import typer

from glassnet.errors import SettingError
from glassnet.estimators.tabular.settings import CLASSIFIER, COLUMNS, FIXED
from glassnet.files import named
from glassnet.renamed import RENAMED, warn_of
from glassnet.texts import speak
from glassnet.training.declarations import Setting

Command = TypeVar("Command", bound=Callable[..., Any])
Given = dict[str, Any]  # the options of a group that were given, by name


def path_option(help_: str, panel: str | None = None) -> Any:
    """Return the option of a file or folder."""
    return typer.Option(help=help_, metavar="PATH", parser=named, rich_help_panel=panel)


def path_argument(metavar: str, help_: str) -> Any:
    """Return the argument that names a file or folder."""
    return typer.Argument(help=help_, metavar=metavar, parser=named)


HOLDS = "CSV, Excel, JSON, Parquet, SQLite (data.db:table) or like file; a folder of parts or of pictures; - for stdin."
Data = Annotated[Path, path_argument("DATA", HOLDS)]
Model = Annotated[Path, path_argument("MODEL", "A .glassnet file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
Interval = Annotated[float | None, typer.Option(
    help="Share of rows that intervals, or sets of classes, are to hold, such as .9.", metavar="SHARE")]  # fmt: skip
Seed = Annotated[int, typer.Option(help="Source of all randomness.")]


def _speak(asked: str | None) -> str | None:
    speak(asked)
    return asked


Lang = Annotated[str | None, typer.Option(
    help="en or zh: English or Chinese; GLASSNET_LANG, or the system's, when not given.", metavar="LANG",
    callback=_speak, is_eager=True)]  # fmt: skip


def data_option(help_: str, *names: str) -> Any:
    """Return an option on the data."""
    return typer.Option(*names, help=help_, rich_help_panel="Data")


READING = {  # how a table is read, for every command that reads one
    "separator": Annotated[str | None, data_option("Character between cells of a CSV file; found when not given.")],
    "header": Annotated[bool | None, data_option(
        "Whether the first line of a CSV file names the columns; found when not given.", "--header/--no-header")],
    "encoding": Annotated[str | None, data_option("Encoding of a CSV file; found when not given.")],
}  # fmt: skip
MEMORY = {  # of rows that do not fit into it, and so are streamed
    "memory": Annotated[str | None, typer.Option(
        help="Memory that may be used, such as 1GB; rows that need more are streamed. Three quarters of what is free "
        "when not given.",
        metavar="SIZE", rich_help_panel="Data")],
}  # fmt: skip
STRICT = {
    "strict": Annotated[
        bool | None, data_option("Refuse parts that cannot be read, instead of leaving them out.", "--strict")
    ],
}
READING_PICTURES = {
    "size": Annotated[int | None, data_option("Height and width that pictures are brought to; 64 when not given.")],
    "order": Annotated[str | None, data_option("Numbers of a picture: interleaved or planes.")],
    "strict": Annotated[
        bool | None,
        data_option("Refuse pictures and parts that cannot be read, instead of leaving them out.", "--strict"),
    ],
    "black": Annotated[float | None, data_option("Number that is black in pictures of floats; found when not given.")],
    "white": Annotated[float | None, data_option("Number that is white in pictures of floats; found when not given.")],
}


RECORDS = {  # where a training is recorded
    "tensorboard": Annotated[str | None, typer.Option(
        help="Folder to write costs and rates of each epoch into, for TensorBoard.", metavar="PATH",
        rich_help_panel="Training")],
    "mlflow": Annotated[str | None, typer.Option(
        help="Address of MLflow, such as http://host:5000, to write costs and rates of each epoch to.", metavar="URI",
        rich_help_panel="Training")],
}  # fmt: skip


def _option(setting: Setting) -> Any:
    """Return the option that a setting is in the shell, of which None means that it was not given."""
    kind = next(each for each in (bool, int, float, str) if each in (*setting.alternatives, str))
    if setting.name == "random_state":
        kind = int
    if setting.flag is not None:
        kind = bool
    name, several = setting.option_name, setting.takes_several
    listed = f": {', '.join(setting.names)}." if setting.names else "."
    bounds = f", in {setting.interval}" if setting.interval and not setting.interval.endswith(("inf)", "inf]")) else ""
    option = typer.Option(
        f"--{name}/--no-{name}" if kind is bool and setting.flag is None else f"--{name}",
        help=(setting.help if setting.flag is None else setting.flag[1]).removesuffix(".") + bounds + listed,
        metavar=f"<{kind.__name__},...>" if several else None,
        rich_help_panel="Network" if setting.name in FIXED else "Training",
    )
    return Annotated[(str if several else kind) | None, option]


METAVARS = {
    "date-format": "FORMAT",
    "decimal": "SIGN",
    "missing": "TEXT,...",
    "kind": "COL=KIND",
    "date": "COL[=FORMAT]",
}


def columns_option(name: str, help_: str, *, several: bool = True) -> Any:
    """Return an option that names columns; one that may be given several times, if it names several."""
    metavar = METAVARS.get(name, "COL,..." if several else "COL")
    option = typer.Option(f"--{name}", help=help_, metavar=metavar, rich_help_panel="Columns")
    return Annotated[(list[str] if several else str) | None, option]


SETTINGS = {name: _option(each) for name, each in CLASSIFIER.items() if each.option is not None and name not in COLUMNS}
ID = {"id": columns_option("id", "Columns that say which row it is: no features; they stand beside predictions.")}
CHOICES = {  # of columns
    **{
        name: columns_option(each.option_name, each.help, several=each.takes_several) for name, each in COLUMNS.items()
    },
    **ID,
    "weight": columns_option("weight", "Column with the weight of each row in the cost; no feature.", several=False),
    "group": columns_option(
        "group", "Column of what a row belongs to (a patient): its rows stay in one part; no feature.", several=False),
}  # fmt: skip


def collects(**groups: Mapping[str, Any]) -> Callable[[Command], Command]:
    """Give a command the options of each group, and hand it those that were given in one dict of the group's name."""

    def mark(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for parameter in signature.parameters.values():
            group = groups.get(parameter.name, {parameter.name: parameter.annotation})
            default = None if parameter.name in groups else parameter.default
            parameters += [
                inspect.Parameter(name, parameter.KEYWORD_ONLY, default=default, annotation=kind)
                for name, kind in group.items()
            ]
        old = {f"--{each.name.replace('_', '-')}": each for each in parameters}
        old = {name: old[new.new] for name, new in RENAMED.items() if new.new in old}

        @wraps(command)
        def run(**values: Any) -> Any:
            for name in old:
                if (value := values.pop(_variable(name))) is not None:
                    new = warn_of(name)
                    if values[_variable(new)] is not None:
                        raise SettingError(f"{name} is the old name of {new}; give one of them")
                    values[_variable(new)] = value
            for name, group in groups.items():
                found = {option: values.pop(option) for option in group}
                values[name] = {option: _read(option, each) for option, each in found.items() if each is not None}
            return command(**values)

        hidden = [each.replace(name=_variable(name), annotation=_hidden(name, each)) for name, each in old.items()]
        run.__signature__ = signature.replace(parameters=[*parameters, *hidden])  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return mark


def _variable(option: str) -> str:
    name = option.removeprefix("--").replace("-", "_")
    return f"{name}_" if name == "continue" else name


def _hidden(name: str, parameter: inspect.Parameter) -> Any:
    """Return the annotation of an option under its old name, which no help shows."""
    kind, option = get_args(parameter.annotation)
    return Annotated[kind, typer.Option(name, hidden=True, parser=option.parser)]


def _read(name: str, value: Any) -> Any:
    """Return what was typed for a setting that may have several values: 64,32 or relu,tanh."""
    if name == "missing":
        return [mark.strip() for text in value for mark in text.split(",")]
    setting = CLASSIFIER.get(name) if name not in COLUMNS else None  # names may hold commas: the table tells
    if setting is not None and setting.flag is not None:
        return setting.flag[0] if value else None
    if setting is None or not setting.takes_several:
        return value
    parts = [part.strip() for part in value.split(",")]
    if not setting.interval:
        return parts if len(parts) > 1 else parts[0]
    if setting.is_whole and value.strip().lower() in {"none", ""}:
        return []
    try:
        numbers = [int(part) if setting.is_whole else float(part) for part in parts]
    except ValueError:
        kind, example = ("whole numbers", "64,32") if setting.is_whole else ("a number, or numbers", "0.2,0.1")
        raise SettingError(
            f"--{setting.option_name}: expected {kind} with commas between, such as {example}; got {value!r}"
        ) from None
    return numbers if setting.is_whole or len(numbers) > 1 else numbers[0]
