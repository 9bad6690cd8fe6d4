"""Where the reading of a text stands: the next token, what must stand there, and what is said where it does not."""

from __future__ import annotations

from typing import NoReturn

from glassnet.lessons.formulas.lexer import Token, tokens
from glassnet.lessons.formulas.tree import Node
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase

DEEPEST = 60  # brackets within brackets


class Cursor:
    """Takes the tokens of a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.times_separates = False  # in a shape, n[1] x n[0] are two sizes

    def deeper(self) -> None:
        """Count one more part within a part; `depth` is lowered again where it ends."""
        self.depth += 1
        if self.depth > DEEPEST:
            text = "more than {most} brackets within brackets"
            raise UnreadableFormulaError(phrase(text, most=DEEPEST), self.next.start)

    def expression(self) -> Node:
        """Read a right side; the grammar is in `Expressions`."""
        raise NotImplementedError

    def factor(self) -> Node:
        """Read a factor with its minus sign."""
        raise NotImplementedError

    def power(self) -> Node:
        """Read a factor without a minus sign."""
        raise NotImplementedError

    def bracket(self) -> Node:
        """Read brackets."""
        raise NotImplementedError

    def summed(self, start: int) -> Node:
        """Read a sum over the samples."""
        raise NotImplementedError

    def sum_of(self, body: Node, start: int) -> Node:
        """Return a sum over the samples."""
        raise NotImplementedError

    @property
    def next(self) -> Token:
        """Return the next token."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def ahead(self, *texts: str) -> bool:
        """Return whether the next tokens are these."""
        following = self.tokens[self.at : self.at + len(texts)]
        return [token.text for token in following] == list(texts)

    def skip(self) -> None:
        """Go to the next token, whatever this one is; the end stays where it is."""
        self.at = min(self.at + 1, len(self.tokens) - 1)

    def take(self, *texts: str) -> bool:
        """Skip the next tokens where they are these."""
        found = self.ahead(*texts)
        self.at += len(texts) if found else 0
        return found

    def expect(self, text: str) -> None:
        """Skip a sign that must stand here."""
        if not self.take(text):
            self.fail(f"'{text}'")

    def fail(self, expected: str) -> NoReturn:
        """Say what was expected, and what came."""
        if self.next.kind == "end":
            message = phrase("expected {expected}, got the end", expected=expected)
        else:
            message = phrase("expected {expected}, got {got}", expected=expected, got=f"'{self.next.text}'")
        raise UnreadableFormulaError(message, self.next.start)

    def since(self, start: int) -> tuple[int, int]:
        """Return the span from a place to the end of the last token that was taken."""
        return (start, max(start, self.tokens[self.at - 1].end))
