"""Spreadsheets: every sheet's name and its rows, cells apart by tabs, values as last calculated."""

from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from quire.enrichment.containers import opened
from quire.enrichment.findings import Findings, Source


def read(source: Source, into: Findings) -> None:
    """Sheet by sheet; empty rows and cells are left out."""
    opened(source.file)
    source.file.seek(0)
    book = load_workbook(source.file, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        into.line(sheet.title)
        sheet.reset_dimensions()  # what a file claims here would be believed
        for row in sheet.iter_rows(values_only=True):
            into.check_time()
            cells = [told(value) for value in row if value is not None]
            if cells:
                into.line("\t".join(cells))
        into.line("")


def told(value: Any) -> str:
    """A cell's value as a person would type it."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
