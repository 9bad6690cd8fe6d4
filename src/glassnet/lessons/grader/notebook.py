"""A learner's file as Python text: scripts and notebooks, without magics, each line with its place."""

from __future__ import annotations

import ast
import json
import re
import tokenize
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.errors import FileError

MAGIC = re.compile(r"^\s*([%!]|\?[\w.]+|[\w.]+\?{1,2}\s*$)")
ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")
PRINT = re.compile(r"^(\s*(?:.*:\s+)?)print\s+(?![(=])(.+?)\s*(#.*)?$")
BEGINS = re.compile(r"^(def|class|async|@|if|for|while|try|with|import|from|[A-Za-z_(\[{\"'])")
CONTINUES = re.compile(r"^(else|elif|except|finally)\b")
Cells = list[tuple[int, int | None]]  # of each line: its cell, and its line in the cell
EXPORTED = re.compile(r"^# In\[(\d+| )\]:?\s*$")


class Broken(NamedTuple):
    """A part that Python cannot read: what is wrong, its line, and the functions that are lost with it."""

    sentence: str
    line: int
    functions: tuple[str, ...]


class Text(NamedTuple):
    """Python text that can be parsed; `cells` has (cell, line in the cell) of each line, None outside notebooks."""

    text: str
    cells: list[tuple[int, int | None]] | None
    broken: tuple[Broken, ...]
    remarks: tuple[str, ...]

    def place(self, line: int | None) -> tuple[int | None, int | None]:
        """Return the cell, or None, and the line that a person would count."""
        if line is None or self.cells is None or line > len(self.cells):
            return None, line
        cell, inside = self.cells[line - 1]
        return cell or None, inside or line


def read(path: Path) -> Text:
    """Read a file, drop what only notebooks understand, and leave out what Python cannot parse.

    Parameters
    ----------
    path : Path
        A .py or .ipynb file.

    Returns
    -------
    Text
        As many lines as the file has, or the notebook's code cells have.

    Raises
    ------
    FileError
        If it cannot be read as text, or is no notebook though it is called one.
    """
    cells: Cells | None
    if path.suffix == ".ipynb":
        lines, cells = _notebook(path)
    else:
        lines = _script(path)
        cells = _exported(lines)
    lines = [_without_magic(line) for line in lines]
    return _parsed(lines, cells)


def _script(path: Path) -> list[str]:
    try:
        with tokenize.open(path) as file:
            return file.read().replace("\r\n", "\n").split("\n")
    except (UnicodeDecodeError, SyntaxError) as error:
        raise FileError(f"{path}: expected Python text in UTF-8 or in the encoding it declares: {error}") from None
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


def _notebook(path: Path) -> tuple[list[str], list[tuple[int, int | None]]]:
    try:
        document = json.loads(path.read_text("utf-8"))
        sheets = [document, *document.get("worksheets", [])]  # notebooks before 2015 keep their cells in a worksheet
        found = [cell for sheet in sheets for cell in sheet.get("cells", []) if cell.get("cell_type") == "code"]
        sources = [_joined(cell.get("source", cell.get("input", ""))) for cell in found]
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise FileError(f"{path}: expected a Jupyter notebook (JSON with code cells): {error}") from None
    lines: list[str] = []
    cells: Cells = []
    for number, source in enumerate(sources, 1):
        text = source.split("\n")
        if text[0].startswith("%%") and not re.match(r"%%(time|timeit|capture|prun)\b", text[0]):
            text = ["" for _ in text]  # another language, or a file to write
        lines += [*text, ""]
        cells += [(number, inside) for inside in range(1, len(text) + 2)]
    return lines, cells


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


def _exported(lines: list[str]) -> list[tuple[int, int | None]] | None:
    """Return the cells that `# In[5]:` begins in an exported script; lines are counted in the file."""
    cell = 0
    cells: Cells = []
    for line in lines:
        if match := EXPORTED.match(line):
            cell = int(match[1]) if match[1].strip() else 0
        cells.append((cell, None))
    return cells if any(number for number, _ in cells) else None


def _without_magic(line: str) -> str:
    if MAGIC.match(line) and not line.lstrip().startswith("%%%"):
        return line[: len(line) - len(line.lstrip())] + "pass" if line[:1] in " \t" else ""
    return ASSIGNED_MAGIC.sub(r"\1None", line)


def _parsed(lines: list[str], cells: list[tuple[int, int | None]] | None) -> Text:
    """Leave out, one after the other, the parts at which Python stops."""
    broken: list[Broken] = []
    remarks: list[str] = []
    for _ in range(len(lines) + 2):
        try:
            ast.parse("\n".join(lines))
            return Text("\n".join(lines), cells, tuple(broken), tuple(dict.fromkeys(remarks)))
        except SyntaxError as error:
            at = min(max(error.lineno or 1, 1), len(lines))
            if _repaired(lines, at, error, remarks):
                continue
            begin, end = _part(lines, at)
            part = lines[begin:end]
            names = re.findall(r"^def (\w+)", "\n".join(part), re.MULTILINE)
            broken.append(Broken(f"SyntaxError: {error.msg}", at, tuple(names)))
            lines[begin:end] = [""] * (end - begin)
    return Text("", cells, tuple(broken), tuple(remarks))


def _repaired(lines: list[str], at: int, error: SyntaxError, remarks: list[str]) -> bool:
    if "print" in str(error.msg) and any(PRINT.match(line) for line in lines):
        lines[:] = [PRINT.sub(r"\1print(\2)", line) for line in lines]
        remarks.append('print "x" is Python 2: Python 3 writes print("x")')
        return True
    if isinstance(error, TabError) and any("\t" in line for line in lines):
        lines[:] = [line.expandtabs(8) for line in lines]
        remarks.append("tabs and spaces are mixed: indent with four spaces")
        return True
    return False


def _part(lines: list[str], at: int) -> tuple[int, int]:
    """Find the top-level statement around a line: from a line that begins one to before the next."""
    starts = [i for i, line in enumerate(lines) if BEGINS.match(line) and not CONTINUES.match(line)]
    begin = max((i for i in starts if i < at), default=0)
    end = min((i for i in starts if i > begin), default=len(lines))
    if all(not line.strip() for line in lines[begin:end]):
        begin, end = at - 1, at
    return begin, max(end, at)
