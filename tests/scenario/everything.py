"""A scenario with every form that a file can say, as docs/scenarios.md shows them."""

EVERYTHING = """\
scenario: Everything that a file can say
note: Who wrote this and why.
horizon: 12 months
currency: USD
fx: {CNY: {2026-12: 0.1496, 2027-03: 0.1600}, EUR: 1.1}
prices:
  - {event: alibaba-2026-04-compute, pass_through: 40..80%}
  - {what: "alibaba:tokens", change: +5..34%, on: 2026-12-01, distribution: normal, note: a guess}
  - {what: "baidu/ernie-5.0:output_tokens", change: =3.40/1M}
  - {what: deepseek, discount_ends: 50%, on: 2027-01-01}
  - {what: openai, change: +3% each month, on: 2026-12-15, until: 2027-03-01}
growth:
  - {each month: +8%}
  - {where: {customer: acme}, each month: +10% of today}
  - {where: {feature: agents}, meters: tokens, each month: +4..6%, distribution: uniform}
  - {by month: {2026-12: +40%, 2027-01: +10%}}
  - {where: {customer: newco}, change: +250%, on: 2027-02-01}
mix:
  - {where: {feature: chat}, share: 20%, ramp: 4 months, meters: {image_input_tokens: +3_000 per request, output_tokens: x1.5}}
  - {share: 10%, meters: {tokens: x12, output_tokens: ×6..9 +5..10 per request}, note: agents that call tools}
escalation:
  - {where: {feature: chat}, first: alibaba/qwen-flash, escalated: 15%, share: 50%, tokens: x1.1, quality: "chat set v2"}
moves:
  - where: {feature: [tagging, chat], input_tokens: "<= 2000", output_tokens: 100..2K, hours: 22:00-06:00 Asia/Shanghai}
    share: 80%
    on: 2027-01-01
    until: 2027-07-01
    ramp: 3 months
    to: selfhosted/qwen3-8b
    service_tier: batch
    tokens: x1.08
    paid_replicas: 2
    quality: "tagging set v3, 1,000 cases"
efficiency:
  - {output: -20%, where: {feature: reports}}
  - {prompt: -30..-10%}
  - {cache_read_share: 60%, reads_per_write: 20}
  - {batch: 40%, where: {feature: reports}, quality: may wait}
  - {requests: -10%}
  - {tokens: -25%}
revenue:
  - {where: {feature: chat}, per: request, amount: 0.0120 USD}
  - {where: {customer: acme}, per: month, amount: 42_000}
  - {per: seat and month, seats: 120, amount: 20 USD}
  - {per: customer and month, amount: 500 USD, on: 2027-01-01, until: 2027-06-01}
  - {per: 1M tokens, where: {feature: api}, amount: 3.50 USD}
  - {change: +5%, on: 2027-01-01, customers_lost: 2..4%}
other_costs:
  - {per: month, amount: 6_000 USD, note: hosting and support}
simulate: {distribution: uniform, fx: {CNY: 6%}}
"""
