"""The help of the commands in the language that is spoken, with the few words that typer adds to it."""

from __future__ import annotations

from typing import Any

from typer import core

from glassnet.cli.terminal import broken_between_letters
from glassnet.texts import told

OWN = {  # what typer writes around the texts of options: the name in its module, and its English
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "DEFAULT_STRING": "[default: {}]",
    "REQUIRED_LONG_STRING": "[required]",
}
USAGE = "Usage:"


class Group(core.TyperGroup):
    """The command `glassnet`, whose help lists the others."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that begins the help."""
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        for command in (self, *self.commands.values()):
            _put_into_language(command, ctx)
        with broken_between_letters():
            super().format_help(ctx, formatter)


class Command(core.TyperCommand):
    """One of its commands."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that begins the help."""
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        _put_into_language(self, ctx)
        with broken_between_letters():
            super().format_help(ctx, formatter)


def _usage(line: str) -> str:
    return line.replace(USAGE, told(USAGE), 1)


def _put_into_language(command: Any, ctx: Any) -> None:
    """Replace a command's texts; the command was made for this help and is of no use after it."""
    from typer import rich_utils

    for name, english in OWN.items():
        setattr(rich_utils, name, told(english))
    command.help = "\n\n".join(told(" ".join(part.split())) for part in (command.help or "").split("\n\n"))
    for parameter in command.get_params(ctx):
        parameter.help = told(parameter.help or "")
        if panel := getattr(parameter, "rich_help_panel", None):
            parameter.rich_help_panel = told(panel)
