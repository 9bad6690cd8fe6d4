"""Functions that exported Python files are made of: the source of those that a model needs is copied as it stands.

v is a column of numbers (m,), NaN where a cell is missing; texts are a column of texts, None where one is missing.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import base64
import datetime
import itertools
import math
import re
import unicodedata

import numpy as np

MISSING: tuple[str, ...] = ()  # in a file: the texts that stand for a missing cell
ALONE = "\\0"  # in a file: the characters that are words by themselves, for a regular expression


# ---------------------------------------------------------------- cells
def numbers(rows, name, gaps=()):
    """Return a column of numbers; `gaps` are numbers that mean a missing cell."""
    cells = [row[name] for row in rows]
    v = np.array([np.nan if cell is None or cell == "" else float(cell) for cell in cells])
    return np.where(np.isin(v, gaps), np.nan, v)


def moments(rows, name):
    """Return a column of dates or moments (or text such as 2024-12-31 08:30) in seconds since 1970."""

    def seconds(cell):
        if isinstance(cell, str):
            cell = datetime.datetime.fromisoformat(cell) if cell else None
        if isinstance(cell, datetime.date):
            return float(np.datetime64(cell, "us").astype(np.int64)) / 1e6
        return np.nan if cell is None else float(cell)

    return np.array([seconds(row[name]) for row in rows])


def times(rows, name):
    """Return a column of times of day (or text such as 08:30) in seconds since midnight."""

    def seconds(cell):
        if isinstance(cell, str):
            cell = datetime.time.fromisoformat(cell) if cell else None
        if isinstance(cell, datetime.time):
            return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        return np.nan if cell is None else float(cell)

    return np.array([seconds(row[name]) for row in rows])


def texts(rows, name, words=()):
    """Return a column of texts; `words` are what means a missing cell in other columns."""

    def text(cell):
        spelled = "" if cell is None else f"{cell:.17g}" if isinstance(cell, float) else str(cell).strip()
        return None if spelled in MISSING and spelled not in words else spelled

    return [text(row[name]) for row in rows]


# ---------------------------------------------------------------- features
def scaled(v, median, spread):
    """Return z = (v - median) / spread, brought within -3 and 3; a missing v is the median."""
    z = (np.where(np.isnan(v), median, v) - median) / spread
    return z / np.sqrt(1 + (z / 3) ** 2)


def linear(v, median, spread):
    """Return z = (v - median) / spread; a missing v is the median."""
    return np.clip((np.where(np.isnan(v), median, v) - median) / spread, -1e6, 1e6)


def bins(v, median, edges):
    """Return for each bin how much of it lies below v, from 0 to 0.5; a missing v is the median."""
    low, high = np.array(edges[:-1])[:, np.newaxis], np.array(edges[1:])[:, np.newaxis]
    return 0.5 * np.clip((np.where(np.isnan(v), median, v) - low) / (high - low), 0, 1)


def is_missing(v):
    """Return 1 where v is missing, else 0."""
    return np.isnan(v).astype(float)


def one_of(column, values, other=False, missing=False):
    """Return for each value 1 where a text is it, else 0; then whether it is another one, and whether it is missing."""
    known = [[text == value for text in column] for value in values]
    known += [[text is not None and text not in values for text in column]] * other
    known += [[text is None for text in column]] * missing
    return np.array(known, float).reshape(len(known), len(column))


def means(column, table):
    """Return the numbers that belong to each text, 0 for one that is not known."""
    unknown = [0.0] * len(next(iter(table.values())))
    return np.array([table.get(text, unknown) for text in column], float).T


# ---------------------------------------------------------------- words
def words(text):
    """Return the words of a text, in lower case: 000 for a long number, url and host for the address of a page."""
    text = "".join(letter.lower()[0] for letter in unicodedata.normalize("NFKC", text))
    text = re.sub(r"(?:https?://|www\.)([^\t\n\f\r /?#]+)[^\t\n\f\r ]*", r" url \1 ", text)
    text = re.sub(f"([{ALONE}!?$£€¥%])", r" \1 ", re.sub("[0-9]{3,}", "000", text))
    return [word[:40] for word in "".join(of_word(letter) for letter in text).split(" ") if word]


def of_word(letter):
    """Return a letter, mark or digit as it is, a sign that says something as a word, and a blank for anything else."""
    kind = unicodedata.category(letter)
    return letter if kind[0] in "LMN" or letter in "!?$£€¥%" else f" {letter} " if kind == "So" else " "


def terms(texts, known, rarity, length):
    """Return for each word or pair of words (1 + log n) * rarity, n times in a text, all of a text of one length."""
    place = {term: k for k, term in enumerate(known)}
    n = np.zeros((len(known), len(texts)))
    for j, text in enumerate(texts):
        found = words(text or "")
        for term in [*found, *map(" ".join, itertools.pairwise(found))]:
            if term in place:
                n[place[term], j] += 1
    X = np.where(n > 0, (1 + np.log(np.maximum(n, 1))) * np.reshape(rarity, (-1, 1)), 0)
    return length * X / np.maximum(np.sqrt((X**2).sum(axis=0)), 1e-300)


def scores(X, weights):
    """Return sums of what a text has of each word, times its weights."""
    return weights.T @ X


# ---------------------------------------------------------------- parts of the calendar
def season(v):
    """Return the day of the year as a point on a circle."""
    return circle(v, days_since_start(v, "Y"), 366, 1)


def year_day(v):
    """Return the day of the year as points on circles."""
    return circle(v, days_since_start(v, "Y"), 366, 3)


def day(v):
    """Return the day of the month, from -1 to 1."""
    return np.where(np.isnan(v), 0, days_since_start(v, "M") / 15 - 1)


def weekday(v):
    """Return 1 for the weekday, Monday first, else 0."""
    days = np.floor(np.nan_to_num(v) / 86400) + 3  # 1970-01-01 was a Thursday
    return np.where(np.isnan(v), 0, np.arange(7)[:, np.newaxis] == days % 7)


def clock(v):
    """Return the minute of the day as points on circles."""
    return circle(v, np.floor(np.nan_to_num(v) / 60) % 1440, 1440, 6)


def days_since_start(v, of):
    """Return the days since the year or the month began."""
    days = np.floor(np.nan_to_num(v) / 86400).astype(np.int64).astype("datetime64[D]")
    return (days - days.astype(f"datetime64[{of}]").astype("datetime64[D]")).astype(np.int64)


def circle(v, position, n, harmonics):
    """Return sine and cosine of the angle of a position among n, and of its multiples; 0 where v is missing."""
    angles = [2 * np.pi * h * position / n for h in range(1, harmonics + 1)]
    return np.where(np.isnan(v), 0, [wave(angle) for angle in angles for wave in (np.sin, np.cos)])


# ---------------------------------------------------------------- the network
def softmax(Z):
    """Return e^Z over its sum, column by column."""
    E = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return E / E.sum(axis=-2, keepdims=True)


def erf(Z):
    """Return the error function of each entry."""
    return np.vectorize(math.erf)(Z)


def array(text, *shape):
    """Return float32 numbers from text."""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape).astype(float)
