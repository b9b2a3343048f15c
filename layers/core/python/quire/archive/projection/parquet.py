"""Rows into a Parquet file: zstd, row groups of bounded size, the same bytes for the same rows.

Loads pyarrow when it is first used: it lies in a layer of the one function that projects.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from quire.archive.projection.columns import COLUMNS, SCHEMA, Value

if TYPE_CHECKING:
    from pyarrow import Schema

GROUP_ROWS = 10_000
GROUP_BYTES = 8 * 1024 * 1024
"""A row group ends with whichever comes first; so much is held in memory, a few times over."""
LEVEL = 6


class ParquetFile:
    """A file that is being written; use as a context manager."""

    def __init__(self, path: Path, group_rows: int = GROUP_ROWS, group_bytes: int = GROUP_BYTES) -> None:
        self._path = path
        self._most = (group_rows, group_bytes)
        self._rows: list[Mapping[str, Value]] = []
        self._bytes = 0

    def __enter__(self) -> Self:
        from pyarrow.parquet import ParquetWriter

        self._schema = schema()
        self._writer = ParquetWriter(
            self._path, self._schema, version="2.6", compression="zstd", compression_level=LEVEL, store_schema=False
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._end_group()
            self._writer.add_key_value_metadata({"quire.schema": SCHEMA})
        self._writer.close()

    def add(self, row: Mapping[str, Value], size: int) -> None:
        """One row; ``size`` is about how many bytes it takes in memory."""
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) >= self._most[0] or self._bytes >= self._most[1]:
            self._end_group()

    def _end_group(self) -> None:
        import pyarrow

        if self._rows:
            columns = [pyarrow.array([row.get(field.name) for row in self._rows], field.type) for field in self._schema]
            self._writer.write_table(pyarrow.Table.from_arrays(columns, schema=self._schema), len(self._rows))
            self._rows, self._bytes = [], 0


def schema() -> Schema:
    """The columns as Arrow has them."""
    import pyarrow

    types = {
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
        "time": pyarrow.timestamp("us"),
        "number": pyarrow.int64(),
    }
    return pyarrow.schema([pyarrow.field(column.name, types[column.type]) for column in COLUMNS])
