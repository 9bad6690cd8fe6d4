r"""Foreign text made safe to show: a name, a cell or a library's message steers no terminal, page or table.

A column may be called ``"\x1b]0;gone\x07"``, reverse the line around it, or be 10,000 characters long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

LONGEST = 480  # characters of a message; with "glassnet: " before it, a line of the shell stays below 500
LONGEST_NAME = 80  # of one name among several

# Control characters, ends of lines, what has no width or changes the direction of writing, and half characters.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def visible(text: object, keep: str = "") -> str:
    r"""Return text with every character spelled out that is not seen, but acts: ``\x1b``, ``\u202e``, ``\n``.

    Parameters
    ----------
    text : object
        What is to be shown; anything but a str is converted.
    keep : str
        Characters that stay as they are, such as a line end in text of several lines.

    Examples
    --------
    >>> print(visible("a\x1b[31mb\nc"))
    a\x1b[31mb\nc
    """
    return _UNSEEN.sub(lambda match: match[0] if match[0] in keep else spelled(match[0]), str(text))


def spelled(character: str) -> str:
    r"""Return the escape of a character: ``\xe9``, ``\u732b``; of a byte that was no text, that byte's."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte of a file's name that it cannot decode
        code -= 0xDC00
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, most: int = LONGEST) -> str:
    """Return text of at most `most` characters: what is too long loses its middle.

    Examples
    --------
    >>> shortened("0123456789", 9)
    '01 ... 89'
    """
    if len(text) <= most:
        return text
    end = (most - 5) // 2
    return f"{text[: most - 5 - end]} ... {text[len(text) - end :]}"


def one_line(text: object) -> str:
    """Return a message as it may be shown: visible, in one line, not too long."""
    return shortened(visible(text))


def listed(names: Iterable[object], most: int = 300) -> str:
    """Return names with commas between them: as many as `most` characters hold, and how many more there are.

    Examples
    --------
    >>> listed(["size", "weight", "colour"], 15)
    'size, weight and 1 more'
    """
    names = list(names)
    shown: list[str] = []
    for name in names:
        shown.append(shortened(visible(name), LONGEST_NAME))
        if len(", ".join(shown)) > most and len(shown) > 1:
            shown.pop()
            break
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def in_html(text: object) -> str:
    """Return text as a page may hold it: markup escaped, and nothing unseen but line ends."""
    return escape(visible(text, keep="\n"))
