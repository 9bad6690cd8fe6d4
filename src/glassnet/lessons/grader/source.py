"""The learner's text: which functions it has, what they call, and the line that makes a result."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from glassnet.errors import FileError
from glassnet.lessons.grader.exercises import Exercise


class Source:
    """A Python file, read but not run.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FileError
        If it cannot be read as text. A file that is no Python raises SyntaxError.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix == ".ipynb":
            raise FileError(
                f"{path}: expected a Python file; save the notebook as .py first (jupyter nbconvert --to script)"
            )
        try:
            with tokenize.open(path) as file:
                self.text: str = file.read()
        except (UnicodeDecodeError, SyntaxError) as error:
            raise FileError(f"{path}: expected Python text in UTF-8 or in the encoding it declares: {error}") from None
        except OSError as error:
            raise FileError(f"{path}: {error.strerror or error}") from None
        self.lines: list[str] = self.text.splitlines()
        found = (node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.FunctionDef))
        self.functions: dict[str, ast.FunctionDef] = {node.name: node for node in found}

    def text_of(self, name: str) -> str:
        """Return the text of a function, without its comments' lines; nothing where it is not in this file."""
        node = self.functions.get(name)
        if node is None:
            return ""
        return "\n".join(line for line in self.lines[node.lineno - 1 : node.end_lineno] if line.lstrip()[:1] != "#")

    def line(self, number: int | None) -> str:
        """Return the line with this number, counted from 1."""
        return self.lines[number - 1].strip() if number and number <= len(self.lines) else ""

    def arguments(self, name: str) -> list[str]:
        """Return the names of a function's arguments."""
        node = self.functions.get(name)
        return [] if node is None else [argument.arg for argument in node.args.args]

    def calls(self, name: str) -> set[str]:
        """Return the names that a function calls, and that the file's functions called by it call."""
        known: set[str] = set()
        waiting = [name]
        while waiting:
            node = self.functions.get(waiting.pop())
            called = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} if node else set()
            waiting += [other for other in called - known if other in self.functions]
            known |= called
        return known - {name}

    def loop(self, name: str, allowed: int) -> int | None:
        """Return the line of the first loop that is nested deeper than `allowed`."""
        node = self.functions.get(name)
        return None if node is None else next(_loops(node, allowed), None)

    def written(self, name: str, argument: str) -> int | None:
        """Return the line that writes into an argument's array, or into what was taken out of it."""
        node = self.functions.get(name)
        if node is None:
            return None
        for part in ast.walk(node):
            if isinstance(part, ast.AugAssign):
                return part.lineno
            if isinstance(part, ast.Assign) and any(isinstance(target, ast.Subscript) for target in part.targets):
                roots = {n.id for target in part.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
                if argument in roots or not roots & _made_inside(node):
                    return part.lineno
            if isinstance(part, ast.keyword) and part.arg == "out":
                return part.value.lineno
        return node.lineno

    def where(self, name: str, exercise: Exercise, result: str, look: str) -> int | None:
        """Return the line that makes `result`: of the lines it goes through, the first that contains `look`.

        Parameters
        ----------
        name : str
            Function.
        exercise : Exercise
            Its results' names, by which the learner's own names are found in the return statement.
        result : str
            Name of a result or of an intermediate array.
        look : str
            Regular expression; any line will do where it is empty.
        """
        node = self.functions.get(name)
        if node is None:
            return None
        lines = list(dict.fromkeys(_way(node, _names_of(node, exercise, result))))
        inside = [s.lineno for s in ast.walk(node) if isinstance(s, ast.stmt) and not isinstance(s, ast.FunctionDef)]
        if look:
            for number in [*lines, *sorted(inside)]:
                if re.search(look, self._statement(node, number)):
                    return number
        returns = [s.lineno for s in ast.walk(node) if isinstance(s, ast.Return)]
        return (lines or returns or [node.lineno])[0]

    def _statement(self, node: ast.FunctionDef, number: int) -> str:
        """Return a statement's text; of one with a body, such as a loop, only its head."""
        found = (s for s in ast.walk(node) if isinstance(s, ast.stmt) and s.lineno == number)
        ends = [s.body[0].lineno - 1 if hasattr(s, "body") else s.end_lineno or number for s in found]
        return "\n".join(line.split("#")[0] for line in self.lines[number - 1 : max([number, *ends])])


def _loops(node: ast.AST, allowed: int) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        head = child.test if isinstance(child, ast.While) else getattr(child, "iter", None)
        if head is not None and allowed == 0:
            yield head.lineno
        yield from _loops(child, allowed - (head is not None))


def _made_inside(node: ast.FunctionDef) -> set[str]:
    """Name what a function makes from nothing: dictionaries, lists, arrays of zeros."""
    return {
        target.id
        for part in ast.walk(node)
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Dict | ast.List | ast.Call)
        for target in part.targets
        if isinstance(target, ast.Name)
    }


def _names_of(node: ast.FunctionDef, exercise: Exercise, result: str) -> set[str]:
    """Find what the learner calls a result: its own name, its place among what is returned, its key."""
    names = {result}
    for part in ast.walk(node):
        if isinstance(part, ast.Return) and part.value is not None and result in exercise.returns:
            values = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
            if len(values) == len(exercise.returns):
                value = values[exercise.returns.index(result)]
                names |= {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
        if isinstance(part, ast.Dict):
            for key, value in zip(part.keys, part.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == result:
                    names |= {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    return names


def _way(node: ast.FunctionDef, names: set[str]) -> Iterator[int]:
    """Yield the lines that assign to `names`, then those that assign to what they are made of."""
    seen: set[str] = set()
    while names:
        seen |= names
        sources: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Assign | ast.AugAssign | ast.AnnAssign) and part.value is not None:
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                if any(_assigns(target, names) for target in targets):
                    yield part.lineno
                    sources |= {n.id for n in ast.walk(part.value) if isinstance(n, ast.Name)}
        names = sources - seen


def _assigns(target: ast.AST, names: set[str]) -> bool:
    """Say whether a target is one of the names, with or without a layer, or an entry such as grads["dW" + str(l)]."""
    for part in ast.walk(target):
        word = part.id if isinstance(part, ast.Name) else part.value if isinstance(part, ast.Constant) else None
        if isinstance(word, str) and {word, word.rstrip("0123456789")} & names:
            return True
    return False
