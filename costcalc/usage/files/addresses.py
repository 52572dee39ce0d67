"""Addresses: usage that lies elsewhere, as an argument names it. Nothing else makes costcalc open a connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from costcalc.problems import CostcalcError, Place, fail
from costcalc.records import dataclass

DATABASES = ("postgres", "postgresql", "mysql")
STORES = ("s3", "gs", "gcs")
WEB = ("https", "http")
_ADDRESS = re.compile(rf"({'|'.join((*DATABASES, *STORES, *WEB))})://", re.IGNORECASE)
_QUERY = re.compile(r"[?&]query=(.*)", re.DOTALL)
_STATEMENT = re.compile(r"""[\s(]*([a-z]+[\s(*"']|--|/\*|$)""", re.IGNORECASE)
_HOST = r"(\[[^\]@]*\]|[^:@]*)(:[0-9]*)?"
_HOSTS = re.compile(f"{_HOST}(,{_HOST})*")
_NAMES_HOST = re.compile(r"\.|^\[|^localhost\b", re.IGNORECASE)
_ENDS_HOST = re.compile(r"[/?#]")
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
    if _is_ambiguous(argument):
        return _bare(argument)
    address = read_address(argument)
    parts = urlsplit(address.target)
    account, _, host = parts.netloc.rpartition("@")
    user = account.partition(":")[0] if address.scheme in DATABASES else ""
    return address.shown.replace(f"://{host}", f"://{user}@{host}" if user else f"://{host}", 1)


def _is_ambiguous(written: str) -> bool:
    """Whether some of what stands before an `@` may be a password that ends where no reader would end it.

    The query of a database may hold any `@`, if it begins as a statement does. Elsewhere one behind the host is taken for
    a part of the path only where nothing before it can be a password.
    """
    scheme, _, rest = written.partition("://")
    if scheme.lower() in DATABASES and (found := _QUERY.search(rest)):
        if not _STATEMENT.match(found[1]):
            return True
        rest = rest[: found.start()]
    authority = _ENDS_HOST.split(rest, maxsplit=1)[0]
    account, at, hosts = authority.rpartition("@")
    if "@" in account or not _HOSTS.fullmatch(hosts) or not _can_split(written):
        return True
    before = rest[len(authority) :].rpartition("@")
    is_word = scheme.lower() in WEB and not _NAMES_HOST.search(hosts)  # of an account, or the begin of its token
    return bool(before[1]) and (bool(at) or is_word or ":" in authority + before[0])


def _can_split(written: str) -> bool:
    try:
        urlsplit(written)
    except ValueError:  # which quotes the password
        return False
    return True


def _bare(written: str) -> str:
    """An ambiguous address: its scheme, and the host behind its last `@`."""
    scheme, _, rest = written.partition("://")
    _, at, end = rest.rpartition("@")
    return f"{scheme.lower()}://…{at}{_ENDS_HOST.split(end, maxsplit=1)[0] if at else ''}"


def _ambiguous(written: str) -> CostcalcError:
    return fail(
        "unreadable-address", "it cannot be told where the password of the address ends", place=Place(_bare(written)),
        expected="SCHEME://USER:PASSWORD@HOST/…",
        remedy="write /, ?, # and @ in a password or a path as %2F, %3F, %23 and %40, or leave the password to the "
        "environment: PGPASSWORD, AWS_SECRET_ACCESS_KEY",
    )  # fmt: skip


def read_address(written: str) -> Address:
    """`query=` comes last and is taken as it is written, `table=` stands anywhere; all else belongs to the connection.

    CostcalcError: it cannot be told where its password ends.
    """
    if _is_ambiguous(written):
        raise _ambiguous(written)
    scheme, target, query, table = written.partition("://")[0].lower(), written, "", ""
    if scheme in DATABASES:
        if found := _QUERY.search(target):
            target, query = target[: found.start()], found[1].strip()
        if found := _TABLE.search(target):
            target, table = target[: found.start()] + target[found.end() :], unquote(found[1])
        target = target.rstrip("?&")
    return Address(written, scheme, target, table, query)
