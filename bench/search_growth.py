"""The plot of how searching grows with what is searched."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pygal
from pygal.style import CleanStyle

PLOT = Path(__file__).with_name("search-growth.svg")


def draw(sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> None:
    """Write the plot: milliseconds by number of messages, both axes logarithmic, a line each."""
    chart = pygal.Line(
        js=[],  # a picture, nothing that a browser would fetch
        style=CleanStyle(font_family="sans-serif"),
        logarithmic=True,
        title="Searching, on two cores",
        x_title="messages",
        y_title="ms",
        width=800,
        height=500,
        disable_xml_declaration=False,
        show_dots=True,
    )
    chart.x_labels = [f"{size:,}" for size in sizes]
    for name, values in lines.items():
        chart.add(name, [round(value, 2) for value in values])
    PLOT.write_bytes(chart.render() + b"\n")
