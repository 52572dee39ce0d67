"""Addresses: usage that lies elsewhere, as an argument names it. Nothing else makes costcalc open a connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from costcalc.records import dataclass

DATABASES = ("postgres", "postgresql", "mysql")
STORES = ("s3", "gs", "gcs")
WEB = ("https", "http")
_ADDRESS = re.compile(rf"({'|'.join((*DATABASES, *STORES, *WEB))})://", re.IGNORECASE)
_QUERY = re.compile(r"[?&]query=(.*)", re.DOTALL)
_TABLE = re.compile(r"(?<=[?&])table=([^&]*)&?")


def is_address(argument: str) -> bool:
    return _ADDRESS.match(argument) is not None


@dataclass(frozen=True, slots=True)
class Address:
    """What is connected to, and what is asked for there."""

    written: str  # with its password: for the connection alone
    scheme: str
    target: str  # the same without what costcalc itself understands: `table=` and `query=`
    table: str = ""
    query: str = ""

    @property
    def shown(self) -> str:
        """For pages, errors and ledgers: no password, and nothing of a query that may hold a key."""
        parts = urlsplit(self.target)
        place = f"{self.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        if self.scheme not in DATABASES:
            return place
        return f"{place}?table={self.table}" if self.table else f"{place}?query={self.query}" if self.query else place

    def without_secrets(self, text: str) -> str:
        """What a driver or a server says, which may repeat the address."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "…")
        return text

    def _secrets(self) -> Iterable[str]:
        parts = urlsplit(self.target)
        account = parts.netloc.rpartition("@")[0]
        password = account.partition(":")[2]
        found = {self.written, self.target, account, password, unquote(password), parts.query}
        found |= {value for _, _, value in (each.partition("=") for each in parts.query.split("&"))}
        return {secret for secret in found if len(secret) > 2}


def spoken(argument: str) -> str:
    """An argument as it may stand in a command that a page shows: an address without its password and its keys."""
    if not is_address(argument):
        return argument
    address = read_address(argument)
    parts = urlsplit(address.target)
    account, _, host = parts.netloc.rpartition("@")
    user = account.partition(":")[0] if address.scheme in DATABASES else ""
    return address.shown.replace(f"://{host}", f"://{user}@{host}" if user else f"://{host}", 1)


def read_address(written: str) -> Address:
    """`query=` comes last and is taken as it is written, `table=` stands anywhere; all else belongs to the connection."""
    scheme, target, query, table = written.partition("://")[0].lower(), written, "", ""
    if scheme in DATABASES:
        if found := _QUERY.search(target):
            target, query = target[: found.start()], found[1].strip()
        if found := _TABLE.search(target):
            target, table = target[: found.start()] + target[found.end() :], unquote(found[1])
        target = target.rstrip("?&")
    return Address(written, scheme, target, table, query)
