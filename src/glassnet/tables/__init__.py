"""Reading and preparing data: files, folders and data frames become rows of numbers, as the training rows decide."""

from glassnet.tables.cells import rows_at
from glassnet.tables.dataset import Dataset, Pictures
from glassnet.tables.fitting import fit_preparation
from glassnet.tables.frames import as_table
from glassnet.tables.leaks import count_repeated_rows, leaks, repeated_rows
from glassnet.tables.preparation import Preparation
from glassnet.tables.reading.formats import read
from glassnet.tables.splitting import imbalance, rare_classes, split
from glassnet.tables.target import target_from_table

__all__ = [
    "Dataset", "Pictures", "Preparation", "as_table", "count_repeated_rows", "fit_preparation", "imbalance", "leaks",
    "rare_classes", "read", "repeated_rows", "rows_at", "split", "target_from_table",
]  # fmt: skip
