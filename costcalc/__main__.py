"""The command line's entry: `costcalc …` and `python -m costcalc …`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence

from costcalc.cli.streams import prepare_streams

# At its end the interpreter looks for cycles among all that is left, an eighth of a small run; the process frees it all.
atexit.register(gc.freeze)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the answer's: 0 fine, 1 broken, 2 wrong input, 3 incomplete, 70 a bug."""
    args = list(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(50_000, 20, 20)  # what a run makes stays until its end: looking through it so often cost a third
    prepare_streams()
    if args == ["--version"]:  # answered before anything else is imported
        from costcalc import __version__
        from costcalc.pricebook.data import data_version

        sys.stdout.write(f"costcalc {__version__}, {data_version()}\n")
        return 0
    if "_COSTCALC_COMPLETE" in os.environ:
        from costcalc.cli.completion import complete

        return complete(args)
    from costcalc.cli.stopping import stoppable

    return stoppable(lambda: _command(args))


def _command(args: Sequence[str]) -> int:
    from costcalc.cli.run import run

    return run(args)


if __name__ == "__main__":
    sys.exit(main())
