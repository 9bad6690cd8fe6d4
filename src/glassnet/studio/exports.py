"""The table of what a run can be saved as."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from glassnet.studio.film import made_film
from glassnet.studio.findings import whole_record
from glassnet.studio.looked_at import LookedAt
from glassnet.studio.refused import RefusedError
from glassnet.studio.reporting import html_report
from glassnet.studio.script import script
from glassnet.studio.session import Session
from glassnet.studio.tables import Tables


class Export(NamedTuple):
    """One row: `make` takes the session, the files of the studio, and the language of the page."""

    make: Callable[[Session, Tables, str], bytes]
    suffix: str
    type: str


def _python(session: Session, tables: Tables, lang: str = "en") -> bytes:
    if isinstance(session, LookedAt):
        raise RefusedError("kind: a fitted model has no script; its file is what it is saved as", "kind")
    return script(session, tables.name_of(session.spec["source"])).encode()


def _model(session: Session, tables: Tables, lang: str = "en") -> bytes:
    """Return a model file; what the studio needs to go on stands beside the network."""
    if isinstance(session, LookedAt):
        return session.fitted.saved()
    net, place = copy.copy(session.net), session.place
    net.record = whole_record(session)
    beside = {
        "spec": {**session.spec, "settings": place.settings}, "iteration": place.iteration, "epoch": place.epoch,
        "step": place.step, "acts": place.acts, "features": list(session.data.features),
        "classes": None if session.data.classes is None else list(session.data.classes),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.glassnet"
        net.save(path, studio=beside)
        return path.read_bytes()


def _svg(session: Session, tables: Tables, lang: str = "en") -> bytes:
    from glassnet.report.blocks import Drawing
    from glassnet.report.drawing import draw_svg

    return draw_svg(Drawing("diagram", {"model": session.net}, ""), lang).encode()


def _report(session: Session, tables: Tables, lang: str = "en") -> bytes:
    if isinstance(session, LookedAt):
        raise RefusedError("kind: a fitted model's report is made in the shell: glassnet report MODEL DATA", "kind")
    return html_report(session, tables.name_of(session.spec["source"]), lang).encode()


def _film(kind: str, session: Session, tables: Tables, lang: str = "en") -> bytes:
    return made_film(session, kind)


EXPORTS = {
    "python": Export(_python, ".py", "text/x-python; charset=utf-8"),
    "model": Export(_model, ".glassnet", "application/octet-stream"),
    "svg": Export(_svg, ".svg", "image/svg+xml"),
    "report": Export(_report, ".html", "text/html; charset=utf-8"),
    "gif": Export(partial(_film, "gif"), ".gif", "image/gif"),
    "webp": Export(partial(_film, "webp"), ".webp", "image/webp"),
}
