"""Formats that are recognised and not read: each with what to do instead."""

from __future__ import annotations

_PANDAS = 'python -c "import pandas; pandas.{}({!r}).to_parquet({!r})" makes a Parquet file of it'
_R = "in R, write.csv(data, 'data.csv', row.names = FALSE) makes a CSV file of it"
UNREAD = {
    ".sav": ("SPSS", "with pyreadstat installed, " + _PANDAS.format("read_spss", "data.sav", "data.parquet")),
    ".zsav": ("SPSS", "with pyreadstat installed, " + _PANDAS.format("read_spss", "data.zsav", "data.parquet")),
    ".dta": ("Stata", _PANDAS.format("read_stata", "data.dta", "data.parquet")),
    ".sas7bdat": ("SAS", _PANDAS.format("read_sas", "data.sas7bdat", "data.parquet")),
    ".xpt": ("SAS", _PANDAS.format("read_sas", "data.xpt", "data.parquet")),
    ".rdata": ("R", _R),
    ".rda": ("R", _R),
    ".rds": ("R", _R),
    ".pkl": ("pickled Python", "it can run any program when it is read; save the table as CSV or Parquet"),
    ".pickle": ("pickled Python", "it can run any program when it is read; save the table as CSV or Parquet"),
    ".mat": ("MATLAB", "in MATLAB, writetable(data, 'data.csv') makes a CSV file of a table"),
    ".xml": ("XML", "save the table as CSV or .xlsx"),
    ".7z": ("7-Zip", "unpack it first"),
    ".rar": ("RAR", "unpack it first"),
    ".pdf": ("PDF", "copy the table into a spreadsheet, and save it as CSV"),
    ".docx": ("Word", "copy the table into a spreadsheet, and save it as CSV"),
    ".avro": ("Avro", "save the table as Parquet"),
    ".mdb": ("Access", "export the table as CSV"),
    ".accdb": ("Access", "export the table as CSV"),
    ".dbf": ("dBase", "open it in a spreadsheet, and save it as CSV"),
}  # suffix -> whose files they are, and how to convert one
