"""What glassnet says to people, in English and Chinese: one language for a run, one source of texts.

The code says its sentences in English. `translated` puts a finished sentence into a language by the tables of
`tables`, which stand beside the code that says them. What a report says in paragraphs stands in both languages under a
key, in the table `keyed`.
"""

from __future__ import annotations

from glassnet.texts.by_key import keyed
from glassnet.texts.choice import LANGUAGES, language
from glassnet.texts.tables import masked, phrases, translated

__all__ = ["LANGUAGES", "keyed", "language", "masked", "phrases", "translated"]
