"""``python -m bench [--only NAME]``: measure, print, and write ``bench/results.json``."""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import (
    archive_speed,
    archived_size,
    cost,
    fetch_memory,
    hand_over_memory,
    import_time,
    index_speed,
    normalise_speed,
    sealing_memory,
    sealing_speed,
    search_speed,
    verify_speed,
)
from bench.figure import Figure

FAMILIES: Mapping[str, Callable[[], list[Figure]]] = {
    "archive_speed": archive_speed.figures,
    "archived_size": archived_size.figures,
    "cost": cost.figures,
    "fetch_memory": fetch_memory.figures,
    "hand_over_memory": hand_over_memory.figures,
    "import_time": import_time.figures,
    "normalise_speed": normalise_speed.figures,
    "index_speed": index_speed.figures,
    "search_speed": search_speed.figures,
    "sealing_memory": sealing_memory.figures,
    "sealing_speed": sealing_speed.figures,
    "verify_speed": verify_speed.figures,
}
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Measure the families asked for; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(FAMILIES), help="one family of figures")
    only = parser.parse_args().only
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    met = True
    for name, figures in FAMILIES.items():
        if only not in (None, name):
            continue
        print(f"{name} ...", file=sys.stderr)
        measured = figures()
        for figure in measured:
            print(figure.line())
            met = met and figure.met is not False
        results[name] = [figure.as_json() for figure in measured]
    results["machine"] = {"python": platform.python_version(), "processor": platform.machine()}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
