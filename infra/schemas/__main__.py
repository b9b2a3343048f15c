"""``python -m infra.schemas``: register the schemas of what travels or is stored; ``--check`` only looks.

An incompatible change is refused, and nothing is written. See docs/schemas.md for what to do about one.
"""

import argparse
import sys

from infra.schemas.registry import IncompatibleError, behind, current, incompatible, register, registered


def main(arguments: list[str] | None = None) -> int:
    """0 when all is registered, 1 when it is not or may not be."""
    parser = argparse.ArgumentParser(prog="infra.schemas", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args(arguments).check:
        return _check()
    try:
        changed = register()
    except IncompatibleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"registered {name}\n" for name in changed) or "nothing changed\n")
    return 0


def _check() -> int:
    old, new = registered(), current()
    found = incompatible(old, new)
    for name, why in found.items():
        sys.stderr.writelines(f"{name}  {breach}\n" for breach in why)
    late = [name for name in behind(old, new) if name not in found]
    sys.stderr.writelines(f"{name}  changed: run python -m infra.schemas\n" for name in late)
    return 1 if found or late else 0


if __name__ == "__main__":
    sys.exit(main())
