"""The laboratory report: on a model or an experiment, as one HTML file, in English or Chinese.

from glassnet import report

report.write(report.of_model("cats.glassnet", "test_cats.h5"), "report.html", lang="zh")
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from glassnet.errors import DataError, SettingError, UnknownNameError
from glassnet.files import check_writable, existing_file, write_beside
from glassnet.report.blocks import Report, message

__all__ = ["Report", "check", "of_experiment", "of_explanation", "of_file", "of_model", "to_html", "write"]


def of_model(path: str | Path, data: str | Path | None = None, training: str | Path | None = None) -> Report:
    """Return the report on a model file.

    Parameters
    ----------
    path : path
        A ``.glassnet`` file.
    data : path, optional
        A table, arrays or pictures with known targets, for scores, one sample's trace and the analysis.
    training : path, optional
        The data of the training, for the diagnosis: what went wrong there, and what to change.

    Returns
    -------
    Report
        Plain data without a language.

    Raises
    ------
    GlassnetError
        If the model or the data cannot be read, or do not fit each other.
    """
    from glassnet.report.of_subject import of_subject
    from glassnet.report.subject import open_subject
    from glassnet.workflows import explain_file

    subject = open_subject(path, data, training)
    has_columns = data is not None and subject.model.preparation_.pictures is None
    found = explain_file(path, data, everything=True) if data is not None and has_columns else None
    return of_subject(subject, found)


def of_explanation(found: Any, path: str | Path) -> Report:
    """Return the report on why a model answers what it answers.

    Parameters
    ----------
    found : Explanation
        What `glassnet.workflows.explain_file` returned.
    path : path
        The model file that was explained.

    Returns
    -------
    Report
        Plain data without a language.

    Raises
    ------
    GlassnetError
        If the model cannot be read.
    """
    from glassnet.report.explanation import explanation
    from glassnet.workflows import open_model

    model = open_model(path)
    sizes, preparation = model.network_.architecture.sizes, model.preparation_
    columns = {column.name for column in preparation.columns}
    return Report(
        message("explain.report_title", name=Path(path).name),
        message(
            "explain.subtitle", columns=len(columns), features=preparation.n_features, sizes="-".join(map(str, sizes))
        ),
        [explanation(found)],
    )


def of_experiment(result: Any) -> Report:
    """Return the report on an experiment.

    Parameters
    ----------
    result : Result or mapping
        What `glassnet.lessons.run` returned, or the document of ``glassnet experiment NAME --json``.

    Returns
    -------
    Report
        Plain data without a language.

    Raises
    ------
    DataError
        If it is no result of an experiment.
    """
    from glassnet.report.experiment import of_document, result_document

    return of_document(result_document(result))


def of_file(path: str | Path, data: str | Path | None = None, training: str | Path | None = None) -> Report:
    """Return the report on a model file, or on an experiment whose JSON document was kept in a file.

    Parameters
    ----------
    path : path
        A ``.glassnet`` file, or a ``.json`` file of ``glassnet experiment NAME --json``.
    data, training : path, optional
        As in `of_model`; an experiment brings its own.

    Returns
    -------
    Report
        Plain data without a language.

    Raises
    ------
    GlassnetError
        If a file cannot be read, or the data do not fit it.
    """
    if existing_file(path, "a model file, or the JSON document of an experiment").suffix.lower() != ".json":
        return of_model(path, data, training)
    if data is not None or training is not None:
        raise SettingError(f"{path}: an experiment brings its own data; got {data or training}")
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: no JSON document ({error})") from None
    return of_experiment(document)


def to_html(report: Report, lang: str = "en") -> str:
    """Return a report as a self-contained HTML page.

    Parameters
    ----------
    report : Report
        What `of_model` or `of_experiment` returned.
    lang : {"en", "zh"}
        Language of its texts; the numbers are the same in both.

    Returns
    -------
    str
        The page; it needs no network.

    Raises
    ------
    UnknownNameError
        If the language is another one.
    """
    from glassnet.report import page

    return page.to_html(report, lang)


def check(out: str | Path, lang: str, *sources: str | Path | None) -> None:
    """Raise, before any work is done, if a report cannot be written there or in that language.

    Parameters
    ----------
    out : path
        The file that shall be written.
    lang : {"en", "zh"}
        Its language.
    *sources : path, optional
        What the report is made of, which must not be written over.

    Raises
    ------
    UnknownNameError, FileError
        If the language is another one, or the file cannot be written.
    """
    from glassnet.texts import LANGUAGES

    if lang not in LANGUAGES:
        raise UnknownNameError.among("language", lang, LANGUAGES)
    check_writable(out, *(source for source in sources if source is not None))


def write(report: Report, out: str | Path, lang: str = "en") -> None:
    """Write a report to an HTML file, which is whole or not there.

    Parameters
    ----------
    report : Report
        What `of_model` or `of_experiment` returned.
    out : path
        The file.
    lang : {"en", "zh"}
        Language of its texts.

    Raises
    ------
    UnknownNameError, FileError
        If the language is another one, or the file cannot be written.
    """
    check(out, lang)
    write_beside(out, to_html(report, lang).encode())
