"""A small provider with everything that a price list can have, and the reports on it."""

from datetime import date

from costcalc.api import Prices
from costcalc.pricebook.events import parse_events
from costcalc.pricebook.fx import parse_fx
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook

TODAY = date(2026, 10, 1)


def day_in(_: str) -> date:
    return TODAY


ACME = """
provider: acme
names: [acme-cloud]
region: cn
region_names: [mainland]
default: true
currency: CNY
timezone: Asia/Shanghai
checked: 2026-09-30
sources:
  page: {url: "https://acme.example/pricing", read: 2026-09-01, confidence: official}
  news: {url: "https://news.example/acme", read: 2026-03, confidence: secondary}
schedules:
  working-days: {timezone: Asia/Shanghai, peak_days: Mon-Fri, peak_hours: [09:00-12:00, 14:00-18:00], holidays: CN}
  daily: {timezone: Asia/Shanghai, peak_hours: [08:30-24:00]}
models:
  flat:
    aliases: [flat-latest, flat-v*]
    note: A note of the model.
    prices:
      at least since 2025-06-01:
        source: news
        input_tokens: 10 per 1M
        output_tokens: 40 per 1M
      2026-01-01:
        source: page
        input_tokens: 8 per 1M
        cache_read_tokens: 0.8 per 1M
        output_tokens: 40 per 1M [news]
        service_tiers:
          batch: {all: 50% of standard}
          flex: {observed: 2026-03-15, source: news, input_tokens: 4 per 1M, output_tokens: 20 per 1M}
      2026-06-01:
        status: cancelled
        note: A rise that was called off.
        source: news
        input_tokens: 99 per 1M
        output_tokens: 99 per 1M
      2027-01-01:
        status: announced
        source: page
        input_tokens: 16 per 1M
        cache_read_tokens: 1.6 per 1M
        output_tokens: 80 per 1M
        service_tiers:
          batch: {all: 50% of standard}
  banded:
    prices:
      2026-02-01:
        source: page
        bands:
          - {input_up_to: 32_000, input_tokens: 1 per 1M, output_tokens: 2 per 1M}
          - {input_above: 32_000, input_up_to: 128_000, input_tokens: 2 per 1M, output_tokens: 4 per 1M}
        thinking: {output_tokens: 8 per 1M}
  hourly:
    prices:
      2026-01-01: {source: page, input_tokens: 4 per 1M, output_tokens: 8 per 1M}
      2026-08-17:
        schedule: daily
        source: page
        input_tokens: 12 per 1M
        output_tokens: 24 per 1M
        off_peak: {input_tokens: 6 per 1M, output_tokens: 12 per 1M}
      2026-09-17:
        schedule: working-days
        source: page
        input_tokens: 12 per 1M
        output_tokens: 24 per 1M
        off_peak: {input_tokens: 6 per 1M, output_tokens: 12 per 1M}
  gone:
    prices:
      2025-01-01: {source: news, input_tokens: 1 per 1M, output_tokens: 1 per 1M}
      2026-05-01: {withdrawn: the page names it no more}
  moved:
    redirects: {2026-06-01: flat}
    prices:
      2025-01-01: {source: news, input_tokens: 20 per 1M, output_tokens: 60 per 1M}
  search:
    prices:
      2026-01-01: {source: page, requests: 5 per 1K}
"""
INTL = """
provider: acme
region: intl
currency: USD
timezone: UTC
sources:
  page: {url: "https://acme.example/en/pricing", read: 2026-09-01, confidence: official}
models:
  flat:
    prices:
      2026-01-01: {source: page, input_tokens: 3 per 1M, output_tokens: 9 per 1M}
"""
OTHER = """
provider: other
currency: USD
timezone: UTC
source: https://other.example/pricing
checked: 2026-08-01
models:
  flat:
    resold: true
    prices:
      2026-01-01: {input_tokens: 5 per 1M, output_tokens: 15 per 1M}
"""
BOOKS = Pricebook(
    (parse_book(ACME, "acme-cn.yaml"), parse_book(INTL, "acme-intl.yaml"), parse_book(OTHER, "other.yaml"))
)
TABLE = parse_fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 7}}\n")
FX = (Prices(BOOKS, TABLE), TABLE)
EVENTS = parse_events(
    """
events:
  acme-2026-compute:
    provider: acme
    scope: GPU instances of every kind, and the storage beside them
    models: [gpu-*]
    meters: [compute]
    change: 5..34%
    announced: 2026-03-18
    effective: 2026-04-18
    status: in_force
    sources: ["https://acme.example/rise", a newspaper]
    confidence: official
    note: A note that says what was and what was not in scope.
  acme-2027-tokens:
    provider: acme
    scope: Tokens
    meters: [tokens]
    change: from 30%
    effective: 2027-01
    status: announced
    sources: [a newspaper]
    confidence: secondary
  acme-quota:
    provider: acme
    scope: A plan
    meters: [subscriptions]
    status: announced
    sources: [a newspaper]
    confidence: secondary
""",
    "events.yaml",
)
