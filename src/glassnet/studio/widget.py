"""The studio in a notebook: the page's own modules in a widget, asking this process instead of a server."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from glassnet.errors import MissingLibraryError
from glassnet.network import Network
from glassnet.studio.desk import Answer, Desk
from glassnet.studio.given import data_of, spec_of
from glassnet.studio.joined import esm
from glassnet.typing import ArrayLike


def widget(
    net: Network, X: ArrayLike, Y: ArrayLike, *, names: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None, picture: Sequence[int] | None = None, test_share: float = 0.0,
    **settings: Any,
) -> Any:  # fmt: skip
    """Return a network as a widget; `Network.widget` says what is taken and returned."""
    data = data_of(net, X, Y, names, classes, picture)
    return _widget_class()(Desk(net, data, spec_of(net, test_share, settings)))


@cache
def _widget_class() -> Any:
    """Return the class of the widget, made where anywidget is there."""
    try:
        import anywidget
    except ImportError:
        raise MissingLibraryError.of("the widget", "anywidget") from None

    class StudioWidget(anywidget.AnyWidget):
        """A network that is trained and opened in a notebook.

        Attributes
        ----------
        network : Network
            As it is now; a copy of the one that was given, until it is trained or rebuilt on the page.
        """

        _esm = esm()

        def __init__(self, desk: Desk) -> None:
            super().__init__()
            self._desk = desk
            self.on_msg(StudioWidget._heard)
            weakref.finalize(self, desk.close)

        @property
        def network(self) -> Network:
            return self._desk.network

        def close(self) -> None:
            """End the training and its thread; the network stays."""
            self._desk.close()
            super().close()

        def _heard(self, content: Any, buffers: Any) -> None:
            if not isinstance(content, Mapping) or not isinstance(content.get("page"), str):
                return
            page = content["page"]
            if content.get("closed"):
                self._desk.leave(page)
                return
            method, path = str(content.get("method", "GET")), str(content.get("path", ""))
            self._reply(content.get("id"), page, self._desk.answer(page, method, path, content.get("body")))

        def _reply(self, number: Any, page: str, answer: Answer) -> None:
            said = {
                "id": number, "page": page, "status": answer.status, "text": answer.text, "name": answer.name,
                "type": answer.type,
            }  # fmt: skip
            self.send(said, [] if answer.body is None else [answer.body])

    return StudioWidget
