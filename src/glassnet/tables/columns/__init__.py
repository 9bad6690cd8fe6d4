"""Columns: what each is used as, and how it becomes features."""

from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.date import DateColumn
from glassnet.tables.columns.number import NumberColumn
from glassnet.tables.columns.place import PlaceColumn
from glassnet.tables.columns.target_means import TargetMeans
from glassnet.tables.columns.text import TextColumn
from glassnet.tables.columns.text_scores import TextScores
from glassnet.tables.columns.time import TimeColumn

# In the order in which they are asked whether they can read a column: what is left is categories. Dates come first,
# since numbers would take those that are written as 20170227.
COLUMN_TYPES: dict[str, type[Column]] = {
    each.kind: each
    for each in (DateColumn, TimeColumn, PlaceColumn, NumberColumn, TextColumn, CategoryColumn, TargetMeans, TextScores)
}
