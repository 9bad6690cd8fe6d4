"""What glassnet says to people, in English and Chinese: one language at a time, one source of texts.

The code says its sentences in English. `told` puts a finished sentence into the language that is spoken, by tables that
stand beside the code (`tables`). What a report says in paragraphs stands in both languages under a key (`keyed`).
"""

from __future__ import annotations

from glassnet.texts.by_key import keyed
from glassnet.texts.choice import LANGUAGES, language, language_or_browsers, speak
from glassnet.texts.tables import masked, phrases, told, translated

__all__ = [
    "LANGUAGES", "keyed", "language", "language_or_browsers", "masked", "phrases", "speak", "told", "translated",
]  # fmt: skip
