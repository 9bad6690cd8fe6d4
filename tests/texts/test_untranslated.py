"""Nothing is left in English: each help, each sentence of an experiment has its Chinese; and no row is left over."""

import re

import pytest
import typer.main

from chinese import is_said
from glassnet import lessons
from glassnet.cli.commands import app
from glassnet.cli.help import OWN, USAGE
from glassnet.texts import phrases
from glassnet.texts.tables import is_known

OF_TYPER = {*OWN.values(), USAGE, "Show this message and exit."}
NAMES = re.compile(  # that are the same in every language
    r"glassnet|alpha.*|dW.*|normal.*|constant.*|zeros|he|identity|sigmoid|tanh|(leaky_)?relu(\(.*\))?|softplus|RMSE|none|"
    r"[\d, -]+|\(\d*,( \d+)?\)|\d+ / \d+|.*/sqrt.*"
)
COMMAND = typer.main.get_command(app)


@pytest.mark.parametrize("name", COMMAND.commands)
def test_the_help_of_each_command_is_known_in_chinese(name):
    command = COMMAND.commands[name]
    said = [" ".join(part.split()) for part in command.help.split("\n\n")]
    for parameter in command.params:
        if not getattr(parameter, "hidden", False):
            said += [parameter.help, getattr(parameter, "rich_help_panel", None)]
    assert [text for text in said if text and not is_known(text)] == []


def test_what_typer_adds_to_it_too():
    assert {text for text in {*OF_TYPER, COMMAND.help} if not is_known(text)} == set()


def test_each_row_is_something_that_the_code_says():
    assert {english for english in phrases() if english not in OF_TYPER and not is_said(english)} == set()


def said_by(document):
    """Yield every sentence of an experiment, and every word of its tables and pictures."""
    yield from (document["title"], document["claim"], *document["notes"])
    yield from (found["text"] for found in document["findings"])
    for table in document["tables"]:
        yield from (table["title"], *table["head"])
        yield from (cell for row in table["rows"] for cell in row if isinstance(cell, str))
    for picture in document["pictures"]:
        yield picture["title"]
        for name in ("x", "y", "z"):
            yield picture["data"].get(name, "") if isinstance(picture["data"].get(name), str) else ""
        for name in ("series", "values", "paths"):
            yield from picture["data"].get(name, ())


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, each in lessons.EXPERIMENTS.items() if not each.needs_data])
def test_each_sentence_of_an_experiment_is_known_in_chinese(name):
    document = lessons.run(name, size="small", seeds=2).to_document()
    unknown = {text for text in said_by(document) if re.search("[A-Za-z]{2}", text) and not is_known(text)}
    assert {text for text in unknown if not NAMES.fullmatch(text)} == set()
