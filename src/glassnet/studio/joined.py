"""The page as one text: its modules joined into a single one, for where no files can be fetched.

Every module becomes a function of what it imports and of what it asks of the browser, so that each widget has modules
of its own, and a `document` of its own. The modules are written so that this needs no parser: imports stand at the
start of a line and end with a semicolon, exports are declarations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

ENTRY, WIDGET = "main.js", "widget.js"
BROWSER = (  # what a widget has of its own; everything else is the browser's
    "document", "window", "location", "history", "localStorage", "sessionStorage", "matchMedia", "fetch", "EventSource",
    "navigator",
)  # fmt: skip
IMPORT = re.compile(r'^import\s+(?P<what>\*\s+as\s+\w+|\{[^}]*\})\s+from\s+"\./(?P<file>[\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:const|function|class)\s+\*?\s*(?P<name>\w+))", re.MULTILINE)
LINKED = re.compile(r'<link rel="stylesheet" href="/page/([\w.]+)">')
BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)


@cache
def esm() -> str:
    """Return the page as an ES module whose default export is a widget, as anywidget takes it."""
    modules = ",\n".join(f"{json.dumps(name)}: {as_function(name)}" for name in in_order(ENTRY))
    page = _read("index.html")
    style = "\n".join(map(_read, [*LINKED.findall(page), "widget.css"]))
    frame = BODY.search(page)
    assert frame is not None
    given = {"entry": ENTRY, "frame": frame[1], "style": scoped(style)}
    return (
        f"const modules = {{\n{modules}\n}};\nconst given = {json.dumps(given)};\n"
        f"const {{ widget }} = ({as_function(WIDGET, ())})();\n"
        "export default widget(modules, given);\n"
    )


def in_order(name: str) -> list[str]:
    """Return a module and what it imports, each after its own imports."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name not in found:
            for each in IMPORT.finditer(_read(name)):
                visit(each["file"])
            found.append(name)

    visit(name)
    return found


def as_function(name: str, own: Sequence[str] = BROWSER) -> str:
    """Return a module as a function of `need`, which gives another module, and of the browser; it returns its exports.

    Raises
    ------
    ValueError
        If a module is not written as this needs it.
    """
    source = _read(name)
    exported = [each["name"] for each in EXPORT.finditer(source)]
    body = EXPORT.sub("", IMPORT.sub(_needed, source))
    if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"page/{name}: cannot be joined: {left[0]:.80}")
    browser = f", {{ {', '.join(own)} }}" if own else ""
    return f"(need{browser}) => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}}"


def _needed(found: re.Match[str]) -> str:
    what = found["what"]
    into = what.split()[-1] if what.startswith("*") else re.sub(r"(\w+)\s+as\s+(\w+)", r"\1: \2", what)
    return f'const {into} = need("{found["file"]}");\n'


def scoped(style: str) -> str:
    """Return a page's style sheet for the root of a widget, whose own width counts, not that of the screen."""
    style = style.replace(":root", ".studio").replace("@media (max-width", "@container (max-width")
    return re.sub(r"(?<![\w.#-])body(?![\w-])", ".studio", style)


def _read(name: str) -> str:
    return files("glassnet.studio").joinpath("page", name).read_text(encoding="utf-8")
