"""Stores: files that a web server or an object store keeps, copied here and then read as any file is."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from costcalc.problems import CostcalcError, fail
from costcalc.usage.files.addresses import WEB, Address
from costcalc.usage.files.arguments import SUFFIXES
from costcalc.usage.files.patience import patiently

if TYPE_CHECKING:
    from costcalc.usage.files.sources import Workspace

_SECONDS = 30  # without a word, a server is given up
_WILD = re.compile(r"[*?\[]")
Fetched = tuple[str, Path, bool]  # what it is called, its copy, whether it was named itself


def fetched(address: Address, workspace: Workspace) -> Iterator[Fetched]:
    """A copy of each file that the address names: one, or those that a folder or a pattern of a store holds.

    CostcalcError: it cannot be reached or read, or is cut short.
    """
    if address.scheme in WEB:
        with _answer(address) as answer:
            yield address.shown, _whole(address, answer, answer.headers.get("Content-Length"), workspace), True
        return
    try:
        from pyarrow.fs import FileSystem
    except ImportError:
        raise unreachable(address, "reading it needs pyarrow", "pip install 'costcalc[stores]'") from None
    pattern, question, options = address.target.partition("?")
    scheme, _, path = pattern.partition("://")
    wild = _WILD.search(path)
    base = path[: path.rindex("/", 0, wild.start())] if wild and "/" in path[: wild.start()] else path
    try:
        system, base = patiently(lambda: FileSystem.from_uri(f"{scheme}://{base}{question}{options}"))
        rest = path.rpartition("@")[2]
        names = patiently(lambda: list(_listed(system, base, _glob(rest) if wild else None)))
    except (OSError, ValueError) as error:
        raise refused(address, error) from error
    if not names:
        raise unreachable(address, "there is no such file, and nothing of usage below it", "check the address")
    shown = address.scheme
    for name, size, is_named in names:
        at = Address(address.written, shown, f"{shown}://{name}")
        try:
            with patiently(partial(system.open_input_stream, name, compression=None)) as stream:
                yield at.shown, _whole(at, stream, size, workspace), is_named
        except OSError as error:
            raise refused(at, error) from error


def _listed(system: Any, base: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[str, int, bool]]:
    from pyarrow.fs import FileSelector, FileType

    found = system.get_file_info(base)
    if found.type == FileType.File:
        yield found.path, found.size, True
        return
    for each in sorted(
        system.get_file_info(FileSelector(base, recursive=True, allow_not_found=True)), key=lambda e: e.path
    ):
        below = each.path.removeprefix(base).lstrip("/").split("/")
        if each.type != FileType.File or any(part.startswith((".", "_")) for part in below):
            continue
        if pattern.fullmatch(each.path) if pattern else Path(each.path).suffix.lower() in SUFFIXES:
            yield each.path, each.size, pattern is not None


def _glob(path: str) -> re.Pattern[str]:
    """`*` and `?` stay within a folder, `**` does not."""
    parts = re.split(r"(\*\*/?|\*|\?|\[[^\]]*\])", path)
    meant = {"*": "[^/]*", "?": "[^/]", "**": ".*", "**/": "(.*/)?"}
    return re.compile("".join(meant.get(part) or (part if part[:1] == "[" else re.escape(part)) for part in parts))


def _whole(address: Address, stream: IO[bytes], size: object, workspace: Workspace) -> Path:
    """The copy of a stream. CostcalcError: it ended early, which a reader of what came would not see."""
    try:
        copy = workspace.copied(_Patient(stream.read), f"Reading {address.shown}")  # type: ignore[arg-type]
    except (OSError, HTTPException) as error:
        raise refused(address, error) from error
    if size is not None and copy.stat().st_size != int(str(size)):
        raise unreachable(
            address, f"it was cut short after {copy.stat().st_size:,} of {int(str(size)):,} bytes", "try again"
        )
    return copy


class _Patient:
    """A stream whose waits hear signals."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def read(self, size: int) -> bytes:
        return patiently(lambda: self._read(size))


def _answer(address: Address) -> Any:
    parts = urlsplit(address.target)
    account, _, host = parts.netloc.rpartition("@")
    try:
        request = Request(parts._replace(netloc=host, fragment="").geturl())
        if account:
            words = base64.b64encode(unquote(account).encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {words}")  # for this host alone
        return patiently(lambda: _opener().open(request, timeout=_SECONDS))
    except HTTPError as error:
        error.close()
        raise unreachable(
            address, f"the server says {error.code} {error.reason}", "check the address and its rights"
        ) from error
    except (OSError, ValueError, HTTPException) as error:
        raise refused(address, getattr(error, "reason", error)) from error


class _Redirects(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        """From what is encrypted nothing leads to what is not."""
        if req.type == "https" and not newurl.lower().startswith("https://"):
            raise HTTPError(req.full_url, code, "and sends on to an address that is not encrypted", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    opener = build_opener(_Redirects, ProxyHandler, HTTPSHandler)
    opener.addheaders = [("User-Agent", "costcalc")]
    return opener


def refused(address: Address, error: object) -> CostcalcError:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return unreachable(address, address.without_secrets(said), "check the address, the network and your rights there")


def unreachable(address: Address, reason: str, remedy: str) -> CostcalcError:
    from costcalc.problems import Place

    return fail("unreadable-address", f"cannot read it: {reason}", place=Place(address.shown), remedy=remedy)
