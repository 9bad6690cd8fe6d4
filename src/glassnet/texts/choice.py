"""Which language is spoken: what is asked for, else GLASSNET_LANG, else the system's locale."""

from __future__ import annotations

import locale
import os
import re
from contextvars import ContextVar

from glassnet.errors import UnknownNameError

LANGUAGES = ("en", "zh")
VARIABLE = "GLASSNET_LANG"
_ASKED: ContextVar[str | None] = ContextVar("asked", default=None)
_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")  # of these the first that is set decides, as for every program


def language(asked: str | None = None) -> str:
    """Return the language to speak.

    Parameters
    ----------
    asked : str, optional
        "en" or "zh", or a tag that begins so, as "zh_CN.UTF-8" does. By default what `speak` was given, else the
        variable GLASSNET_LANG, else the system's locale.

    Returns
    -------
    {"en", "zh"}
        The language; English where the system's is another one.

    Raises
    ------
    UnknownNameError
        If `asked` or GLASSNET_LANG names another language.
    """
    for kind, name in (("language", asked or _ASKED.get()), (f"language in {VARIABLE}", os.environ.get(VARIABLE))):
        if name:
            if (found := _base(name)) not in LANGUAGES:
                raise UnknownNameError.among(kind, name, LANGUAGES)
            return found
    return _of_system()


def language_or_browsers() -> str:
    """Return the language of a page; "" leaves it to the browser, where nobody asked and the system has English.

    Servers and containers have English because nobody chose, while a browser says what its user reads.
    """
    is_asked = bool(_ASKED.get() or os.environ.get(VARIABLE))
    return language() if is_asked or language() != "en" else ""


def speak(asked: str | None) -> None:
    """Decide the language of all that follows.

    Parameters
    ----------
    asked : str or None
        As `language` takes it; None leaves it to the variable and the system.

    Raises
    ------
    UnknownNameError
        If `asked`, or without it GLASSNET_LANG, names another language.
    """
    language(asked)
    _ASKED.set(asked)


def _base(tag: str) -> str:
    return re.split(r"[-_.]", tag.strip().lower())[0]


def _of_system() -> str:
    named = next(filter(None, map(os.environ.get, _SYSTEM)), None) or locale.setlocale(locale.LC_CTYPE)
    return "zh" if _base(named) == "zh" or named.startswith("Chinese") else "en"  # Windows: Chinese (Simplified)_China
