"""A measured figure, and how it compares."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """``ratio`` is the value over the baseline's, both in ``unit``.

    ``target`` is a bound on what ``bound`` names (``ratio`` or ``value``): at least, or at most, as ``at_least`` says.
    """

    name: str
    unit: str
    value: float
    baseline: str
    baseline_value: float
    ratio: float
    target: float | None = None
    bound: str = "ratio"
    at_least: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` where there is none."""
        if self.target is None:
            return None
        measured = self.ratio if self.bound == "ratio" else self.value
        return measured >= self.target if self.at_least else measured <= self.target

    def as_json(self) -> dict[str, Any]:
        """What is written to the results."""
        rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return rounded | {"met": self.met}

    def line(self) -> str:
        """What is printed."""
        told = f"{self.name:<44} {self.value:>10.1f} {self.unit:<18} {self.ratio:>7.3f} x {self.baseline}"
        if self.target is None:
            return told
        sign = ">=" if self.at_least else "<="
        return f"{told}  ({self.bound} {sign} {self.target:g}: {'met' if self.met else 'MISSED'})"


def paired(values: Sequence[float], baselines: Sequence[float]) -> tuple[float, float, float]:
    """Medians of both, and the median of the ratios of those measured side by side."""
    ratios = [value / baseline for value, baseline in zip(values, baselines, strict=True)]
    return statistics.median(values), statistics.median(baselines), statistics.median(ratios)
