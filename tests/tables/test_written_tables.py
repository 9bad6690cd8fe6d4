"""Random tables, written as people write them, come back as the clean table: the same columns, kinds and cells."""

import bz2
import csv
import datetime as dt
import gzip
import io
import json
import lzma
import math
import random
import sqlite3
import zipfile

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from glassnet.tables import read
from glassnet.tables.recognition import decision_of

TABLES = 2000
PARTS = 20  # of the tables, a test each

GERMAN = str.maketrans(",.", ".,")
NUMBERS = {  # how a decimal number may be written; the value is what the text says
    "plain": lambda v: f"{v:.2f}",
    "thousands": lambda v: f"{v:,.2f}",
    "dollars": lambda v: f"${v:,.2f}",
    "dollars after": lambda v: f"{v:,.2f} USD",
    "euros": lambda v: f"{v:,.2f} €".translate(GERMAN),
    "german": lambda v: f"{v:,.2f}".translate(GERMAN),
    "comma": lambda v: f"{v:.2f}".replace(".", ","),
    "french": lambda v: f"{v:,.2f}".replace(",", " ").replace(".", ","),
    "swiss": lambda v: f"{v:,.2f}".replace(",", "'"),
    "unit": lambda v: f"{v:.2f} km",
    "exponent": lambda v: f"{v:.6e}",
    "brackets": lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}",
    "minus sign": lambda v: f"{v:.2f}".replace("-", "\u2212"),
    "blanks": lambda v: f"  {v:.2f} ",
}
DATES = {
    "iso": "%Y-%m-%d", "slashes, year first": "%Y/%m/%d", "american": "%m/%d/%Y", "british": "%d/%m/%Y",
    "german": "%d.%m.%Y", "month in letters": "%b %d, %Y", "day, month in letters": "%d-%b-%Y",
    "long": "%d %B %Y", "chinese": "%Y年%m月%d日", "moment": "%Y-%m-%d %H:%M:%S", "american clock": "%m/%d/%Y %I:%M %p",
    "with T": "%Y-%m-%dT%H:%M:%S", "compact": "%Y%m%dT%H%M%S",
}  # fmt: skip
MISSING = ("", "NA", "N/A", "null", "NULL", "nan", "-", "?", "n/a", "NaN", "#N/A")
WORDS = {
    "english": ["red", "green", "blue, dark", 'the "big" one', "white"],
    "french": ["Orléans", "Besançon", "Nîmes", "Saint-Étienne"],
    "chinese": ["北京", "上海", "广州", "深圳"],
}
ENCODINGS = {
    "english": ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"),
    "french": ("utf-8", "utf-8-sig", "utf-16", "cp1252"),
    "chinese": ("utf-8", "utf-8-sig", "utf-16", "gb18030"),
}
NAMES = ("height", "Weight (kg)", "price", "Net income", "year built", "2015", "zone", "name of shop", "größe", "x_1")


def _zip(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("table.csv", data)
    return file.getvalue()


PACKED = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zip": _zip}


class Written:
    """A clean table of m rows with a target, and what its cells look like in a file."""

    def __init__(self, rng):
        self.rng, self.m, self.language = rng, rng.randint(40, 90), rng.choice(list(WORDS))
        self.clean, self.text, self.kinds, self.styles = {}, {}, {}, {}
        letters = "äöüß" if self.language == "chinese" else "@"
        names = rng.sample([name for name in NAMES if not set(name) & set(letters)], rng.randint(2, 5))
        for name in names:
            rng.choice([self.whole, self.decimal, self.date, self.category])(name)
        self.text["target"] = self.clean["target"] = [rng.choice(["yes", "no", "None"]) for _ in range(self.m)]

    def add(self, name, kind, values, text, style, *, dirt=""):
        rng, values, text = self.rng, list(values), list(text)
        if rng.random() < 0.4:  # missing cells
            mark = "" if kind == "category" else rng.choice(MISSING)
            for i in rng.sample(range(self.m), self.m // 8):
                values[i], text[i] = None, mark
            style += f", missing {mark!r}"
        if dirt and rng.random() < 0.3:  # a cell that is no number or date
            i = rng.randrange(self.m)
            values[i], text[i] = None, dirt
            style += f", dirt {dirt!r}"
        self.clean[name], self.text[name], self.kinds[name], self.styles[name] = values, text, kind, style

    def whole(self, name):
        values = [self.rng.randint(0, 100) for _ in range(self.m)]
        self.add(name, "number", values, map(str, values), "whole", dirt="see note")

    def decimal(self, name):
        style = self.rng.choice(list(NUMBERS))
        values = [round(self.rng.uniform(-9e4, 9e5), 2) for _ in range(self.m)]
        read_back = [float(f"{v:.6e}") for v in values] if style == "exponent" else values
        self.add(name, "number", read_back, map(NUMBERS[style], values), style, dirt="n.v.")

    def date(self, name):
        style = self.rng.choice(list(DATES))
        start = dt.datetime(2001, 1, 1)
        values = [start + dt.timedelta(seconds=self.rng.randrange(600_000_000)) for _ in range(self.m)]
        text = [value.strftime(DATES[style]) for value in values]
        read_back = [dt.datetime.strptime(cell, DATES[style]) for cell in text]
        self.add(name, "date", read_back, text, style, dirt="unclear")

    def category(self, name):
        values = [self.rng.choice(WORDS[self.language]) for _ in range(self.m)]
        self.add(name, "category", values, values, "category")

    def as_text(self):
        """Return the table in a random dialect, as bytes, and the suffix of the file."""
        rng = self.rng
        separator = rng.choice([",", ";", "\t", "|"])
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        file = io.StringIO()
        writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=rng.choice(["\n", "\r\n"]))
        writer.writerow(self.text)
        writer.writerows(zip(*self.text.values(), strict=True))
        text = file.getvalue()
        end = "\r\n" if "\r\n" in text else "\n"
        before = rng.choice(
            ["", "", "", f"# made in 2020{end}", f"Report of the year{end}{end}", f"sep={separator}{end}"]
        )
        if rng.random() < 0.15:
            text = text.replace(end, separator + end)
        text = before + text + rng.choice(["", "", end, end * 2])
        encoding, packed = rng.choice(ENCODINGS[self.language]), rng.choice(list(PACKED))
        if encoding in ("latin-1", "cp1252") and not _fits(text, encoding):
            encoding = "utf-8"
        self.styles["file"] = f"{separator!r} quoting {quoting} {before!r} {encoding} {packed}"
        return PACKED[packed](text.encode(encoding)), f".csv{packed}"

    def as_records(self):
        """Return the table as JSON: numbers and text as they are, one record a line or a list of them."""
        records = [dict(zip(self.text, row, strict=True)) for row in zip(*self.text.values(), strict=True)]
        lines = self.rng.random() < 0.5
        text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
        return text.encode(), ".jsonl" if lines else ".json"

    def as_arrow(self):
        """Return the table as Parquet or Feather, its cells as text."""
        file, kind = io.BytesIO(), self.rng.choice([".parquet", ".feather"])
        (parquet.write_table if kind == ".parquet" else feather.write_feather)(pa.table(self.text), file)
        return file.getvalue(), kind

    def as_database(self, path):
        """Write the table into an SQLite file."""
        with sqlite3.connect(path) as connection:
            columns = ", ".join(f'"{name}" text' for name in self.text)
            connection.execute(f"create table rows ({columns})")
            marks = ", ".join("?" * len(self.text))
            connection.executemany(f"insert into rows values ({marks})", zip(*self.text.values(), strict=True))
        connection.close()


def _fits(text, encoding):
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_same(read, clean):
    if clean is None or read is None:
        return read is clean
    if isinstance(clean, float):
        return math.isclose(read, clean, rel_tol=1e-12)
    if isinstance(clean, dt.datetime):
        return read.replace(tzinfo=None) == clean if isinstance(read, dt.datetime) else read == clean.date()
    return read == clean


@pytest.mark.parametrize("part", range(PARTS))
def test_a_table_comes_back_as_it_was_meant(part, tmp_path):
    for seed in range(part, TABLES, PARTS):
        table = Written(random.Random(seed))
        form = table.rng.choice(["text"] * 7 + ["records", "arrow", "database"])
        if form == "database":
            path = tmp_path / f"{seed}.db"
            table.as_database(path)
        else:
            data, suffix = getattr(table, f"as_{form}")()
            path = tmp_path / f"{seed}{suffix}"
            path.write_bytes(data)
        dataset = read(path, "target")
        about = f"table {seed} {form}: {table.styles}"
        assert dataset.X.column_names[: len(table.kinds)] == list(table.kinds), about
        assert dataset.y.tolist() == table.clean["target"], about
        for name, kind in table.kinds.items():
            decision = decision_of(dataset.X.schema.field(name))
            assert (decision.kind, decision.reason) == (kind, ""), f"{name} in {about}"
            cells = dataset.X[name].to_pylist()
            unlike = [pair for pair in zip(cells, table.clean[name], strict=True) if not _is_same(*pair)]
            assert not unlike, f"{name}: {unlike[:3]} in {about}"
        assert all(decision_of(field).reason for field in list(dataset.X.schema)[len(table.kinds) :]), about
        path.unlink()
