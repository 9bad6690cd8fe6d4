"""The report on a subject: its sections, in their order."""

from __future__ import annotations

from typing import Any

from glassnet.report.analysis import analysis
from glassnet.report.blocks import Report, message
from glassnet.report.data import data
from glassnet.report.environment import environment
from glassnet.report.explanation import explanation
from glassnet.report.principle import principle
from glassnet.report.reproduce import reproduce
from glassnet.report.results import results
from glassnet.report.subject import Subject


def of_subject(subject: Subject, found: Any = None) -> Report:
    """Return the report on a model and the samples that it is tried on.

    Parameters
    ----------
    subject : Subject
        The model, and what is known of it.
    found : Explanation, optional
        Why it answers what it answers.

    Returns
    -------
    Report
        Plain data without a language.
    """
    architecture = subject.network.architecture
    sizes = "-".join(map(str, architecture.sizes))
    matter = [] if found is None or found.importance is None else found.importance.columns
    return Report(
        message("report.title", name=subject.name),
        message("report.subtitle", sizes=sizes, parameters=f"{architecture.n_parameters:,}"),
        [
            principle(subject.network),
            environment(subject),
            data(subject),
            results(subject, [name for each in matter for name in each.columns]),
            analysis(subject),
            *([] if found is None else [explanation(found)]),
            reproduce(subject),
        ],
    )
