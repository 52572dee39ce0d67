"""Addresses: what may be a password is shown nowhere, and an address that leaves it open is refused."""

from __future__ import annotations

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.files.addresses import read_address, spoken
from costcalc.usage.files.arguments import find_files

AMBIGUOUS = (
    "mysql://bob:hun/ter@localhost/db/logs",
    "postgres://bob:hun/ter2@localhost:1/db/logs",
    "https://bob:hun#ter2@example.com/log.jsonl",
    "https://bob:hun?ter2@example.com/log.jsonl",
    "https://bob:1/hunter@example.com/log.jsonl",
    "https://hun/ter@example.com/log.jsonl",
    "postgres://bob:hun@ter2@localhost/db?table=logs",
    "postgres://bob:x@hun/ter2@localhost/db?table=logs",
    "postgres://bo/b:hunter@localhost/db",
    "postgres://bob:hun/ter",
    "postgres://bob:hun?query=ter@localhost/db",
    "postgres://bob:12?query=hunter@localhost/db",
    "postgres://bob@host:12&query=hunter@localhost/db",
    "postgres://localhost/db?password=a&query=hunter",
    "postgres://bob:hun#ter@localhost/db?query=SELECT 1",
    "s3://KEY:hun/ter@bucket/logs",
    "https://bob:hunter@ex\u2100mple.com/log.jsonl",
)
CLEAR = {
    "postgres://bob:hun%2Fter@localhost:5432/db?table=logs": "postgres://localhost:5432/db?table=logs",
    "postgres://bob:hunter@h1:1,h2:2/db": "postgres://h1:1,h2:2/db",
    "postgres://bob:hunter@[::1]:5432/db": "postgres://[::1]:5432/db",
    "mysql://localhost:3306/db?query=SELECT ':@x'": "mysql://localhost:3306/db?query=SELECT ':@x'",
    "mysql://localhost/db?query=(select*from t)": "mysql://localhost/db?query=(select*from t)",
    "postgres://localhost/db?query=/* '@x' */ TABLE t": "postgres://localhost/db?query=/* '@x' */ TABLE t",
    "mysql://bob:hunter@localhost/db?query=SELECT '@x'": "mysql://localhost/db?query=SELECT '@x'",
    "https://example.com/@scope/pkg@1.0/log.jsonl": "https://example.com/@scope/pkg@1.0/log.jsonl",
    "https://localhost/@scope/log.jsonl": "https://localhost/@scope/log.jsonl",
    "https://example.com:8080/log.jsonl?key=hunter": "https://example.com:8080/log.jsonl",
    "s3://bucket/me@example.com/log.jsonl": "s3://bucket/me@example.com/log.jsonl",
}


@pytest.mark.parametrize("address", AMBIGUOUS)
def test_what_may_be_a_password_is_shown_nowhere(address):
    with pytest.raises(CostcalcError) as caught:
        find_files([address])
    (problem,) = caught.value.problems
    assert problem.code == "unreadable-address"
    assert "%2F" in problem.remedy
    assert caught.value.__cause__ is None
    for said in (str(caught.value), repr(problem), spoken(address)):
        assert not [part for part in ("hun", "ter", "bob") if part in said]


@pytest.mark.parametrize("address", CLEAR)
def test_common_addresses_are_read(address):
    assert read_address(address).shown == CLEAR[address]
    assert "hun" not in spoken(address)
