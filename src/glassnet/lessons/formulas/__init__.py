"""Formulas from any notes, checked: LaTeX, NumPy or plain text against the code that trains and central differences."""

from glassnet.lessons.formulas.checking import Answer, check, exercises
from glassnet.lessons.formulas.words import UnreadableFormulaError

__all__ = ["Answer", "UnreadableFormulaError", "check", "exercises"]
