"""The learner's text: which functions it has, what they call, and the line that makes a result."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from glassnet.lessons.grader.exercise import Exercise
from glassnet.lessons.grader.notebook import read
from glassnet.lessons.grader.signatures import Parameter


class Source:
    """A Python file or a notebook, read but not run.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FileError
        If it cannot be read as text.
    """

    def __init__(self, path: Path) -> None:
        self.read = read(path)
        self.text: str = self.read.text
        self.lines: list[str] = self.text.split("\n")
        self.tree = ast.parse(self.text)
        inner = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))
        outer = [node for node in _top(self.tree.body) if isinstance(node, ast.FunctionDef)]
        self.top: dict[str, ast.FunctionDef] = {node.name: node for node in outer}
        self.functions: dict[str, ast.FunctionDef] = {**{node.name: node for node in inner}, **self.top}
        self.classes: dict[str, ast.ClassDef] = {
            node.name: node for node in _top(self.tree.body) if isinstance(node, ast.ClassDef)
        }

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
        return [parameter.name for parameter in self.parameters(name)]

    def parameters(self, name: str) -> list[Parameter]:
        """Return a function's arguments, and whether each has to be given."""
        node = self.functions.get(name)
        if node is None:
            return []
        arguments = [*node.args.posonlyargs, *node.args.args]
        needed = len(arguments) - len(node.args.defaults)
        return [Parameter(argument.arg, i < needed) for i, argument in enumerate(arguments)]

    def defaults(self, name: str) -> tuple[float, ...]:
        """Return the numbers that a function's last arguments are when they are not given."""
        node = self.functions.get(name)
        values = (
            [default.value if isinstance(default, ast.Constant) else None for default in node.args.defaults]
            if node
            else []
        )
        return tuple(values) if all(isinstance(value, int | float) for value in values) else ()  # type: ignore[arg-type]

    def starred(self, name: str) -> str:
        """Return the name of the argument that takes all others, such as layer_dims in (*layer_dims)."""
        node = self.functions.get(name)
        return node.args.vararg.arg if node is not None and node.args.vararg else ""

    def two_layers(self, name: str) -> bool:
        """Say whether a function is that of the two-layer network, with W1, b1, W2, b2 by name."""
        text = self.text_of(name)
        if name == "predict" and "forward_propagation" in self.calls(name):
            return "forward_propagation" not in self.functions or self.two_layers("forward_propagation")
        named = re.search(r"(?<![A-Za-z])[dD]?(W2|A2|b2)\b", text) is not None
        return named and not re.search(r"\b[dD]?(W3|A3|Z3)\b|len\((parameters|params|caches?|layer)", text)

    def unpacked(self, name: str) -> set[str]:
        """Return the functions whose result is taken apart in a function, or in those that it calls."""
        found: set[str] = set()
        for other in {name, *self.calls(name)}:
            for part in ast.walk(self.functions.get(other) or ast.Module([], [])):
                if isinstance(part, ast.Subscript) or (
                    isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Tuple | ast.List)
                ):
                    found |= _called(part.value)
        return found

    def from_outside(self, name: str, variable: str) -> bool:
        """Say whether a function, or one that it calls, reads a variable that it neither takes nor makes."""
        for other in {name, *(self.calls(name) & set(self.functions))}:
            node = self.functions.get(other)
            if node is None:
                continue
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == variable]
            made = any(isinstance(n.ctx, ast.Store) for n in names) or variable in self.arguments(other)
            if names and not made:
                return True
        return False

    def rate(self, name: str) -> float | None:
        """Return the learning rate that a training uses where it takes none: in its call, or by default."""
        node = self.functions.get(name)
        for part in ast.walk(node) if node else ():
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "update_parameters":
                given = [*part.args[2:], *(word.value for word in part.keywords if word.arg == "learning_rate")]
                if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, int | float):
                    return float(given[0].value)
        update = self.functions.get("update_parameters")
        for default in reversed(update.args.defaults) if update else ():
            if isinstance(default, ast.Constant) and isinstance(default.value, int | float):
                return float(default.value)
        return None

    def unfinished(self, name: str) -> int | None:
        """Return the line of a function that the course left open: a name that is None, or pass."""
        node = self.functions.get(name)
        for part in ast.walk(node) if node else ():
            empty = isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant) and part.value.value is None
            raised = isinstance(part, ast.Raise) and "NotImplemented" in ast.dump(part)
            if isinstance(part, ast.stmt) and (empty or raised or isinstance(part, ast.Pass)):
                return part.lineno
        if node and all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in node.body):
            return node.lineno
        return None

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

    def way(self, name: str, exercise: Exercise, result: str) -> list[int]:
        """Return the lines that a result goes through, the last one first."""
        node = self.functions.get(name)
        keys = re.findall(r"'(\w+)'", result) or [result.partition("[")[0]]
        return [] if node is None else list(_way(node, {n for key in keys for n in _names_of(node, exercise, key)}))

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
        lines = list(dict.fromkeys([*_entries(node, result), *_way(node, _names_of(node, exercise, result))]))
        if not lines:  # the result has no name of its own
            lines = list(dict.fromkeys(_way(node, _names_of(node, exercise, exercise.returns[0]))))
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


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a file, also those inside if, try and with."""
    for statement in body:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from _top(getattr(statement, part, []))


def _called(value: ast.expr) -> set[str]:
    """Name the functions whose result a value is, whichever branch is taken."""
    if isinstance(value, ast.IfExp):
        return _called(value.body) | _called(value.orelse)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.IfExp):
        return {node.id for node in (value.func.body, value.func.orelse) if isinstance(node, ast.Name)}
    return {value.func.id} if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else set()


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


def _entries(node: ast.FunctionDef, result: str) -> Iterator[int]:
    """Yield the lines of dictionaries in which a result is computed under its own name."""
    for part in ast.walk(node):
        for key, value in zip(part.keys, part.values, strict=True) if isinstance(part, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == result and not isinstance(value, ast.Name):
                yield value.lineno


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
