"""The grader: a learner's own functions against the equations, with the mistake in words and the line to look at."""

from glassnet.lessons.grader.grading import grade
from glassnet.lessons.grader.result import Finding, Grade, Verdict

__all__ = ["Finding", "Grade", "Verdict", "grade"]
