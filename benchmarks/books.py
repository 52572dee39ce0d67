"""Reading all shipped pricebooks, against libyaml's bare event pass over the same bytes: `python benchmarks/books.py`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

import yaml

from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.load import load_pricebook


def main() -> int:
    texts = [path.read_text(encoding="utf-8") for path in sorted(shipped_folder().glob("*.yaml"))]
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="costcalc-benchmark-")
    bare = _best(lambda: [_events(text) for text in texts])
    os.environ["COSTCALC_NO_CACHE"] = "1"
    read = _best(load_pricebook)
    del os.environ["COSTCALC_NO_CACHE"]
    load_pricebook()
    cached = _best(load_pricebook)
    print(f"{len(texts)} files, {sum(map(len, texts)) / 1024:,.0f} KB")
    print(f"bare event pass {bare * 1000:.1f} ms · read {read / bare:.2f} × · from the cache {cached / bare:.2f} ×")
    return 0


def _events(text: str) -> None:
    loader = yaml.CSafeLoader(text)
    while loader.check_event():
        loader.get_event()


def _best(function: Callable[[], object], times: int = 15) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - began)
    return best


if __name__ == "__main__":
    sys.exit(main())
