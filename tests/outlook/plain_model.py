"""A scenario computed in plain Python: no line is shared with costcalc, and every figure is a Fraction.

Prices and scenario come as a plan of literals (team_plan.py). `Model.run` is one full run of one month with the changes
of the named steps; the bridge is such runs with one step more in each, and what restores the margin is solved on them.
"""

import csv
from calendar import monthrange
from collections import defaultdict, namedtuple
from datetime import date
from fractions import Fraction as F
from math import ceil, prod

COUNTS = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
Flow = namedtuple("Flow", "customer feature model band batch requests input cached written output")


def times(flow, share, tokens=1, **other):
    requests, *counts = flow[5:]
    return Flow(*flow[:5], requests * share, *(count * share * tokens for count in counts))._replace(**other)


def at(figure, v):
    """The low, middle or high end of a figure: one text, a pair, or a triple."""
    ends = [F(end) for end in figure] if isinstance(figure, tuple) else [F(figure)]
    return {"low": ends[0], "mid": ends[1] if len(ends) == 3 else (ends[0] + ends[-1]) / 2, "high": ends[-1]}[v]


def arrived(change, n):
    """The part of a change that has come in by month n: by thirds with a ramp of three months."""
    ramp = change.get("ramp", 1)
    return F(max(0, min(n - change.get("first", 1) + 1, ramp)), ramp)


def grown(change, n, v):
    passed, rate = max(0, n - change.get("first", 1) + 1), at(change["rate"], v)
    levels = {"compound": (1 + rate) ** passed, "linear": 1 + rate * passed, "once": 1 + rate * min(passed, 1)}
    return levels[change["shape"]]


class Result(namedtuple("Result", "groups revenue other load")):
    """One month. `groups`: cost by (customer, feature, provider); `load`: self-hosted replicas kept busy."""

    def cost(self, *names):
        return sum((cost for key, cost in self.groups.items() if {*names} <= {*key}), F())

    def margin(self):
        return (self.revenue - self.cost() - self.other) / self.revenue


class Model:
    def __init__(self, plan):
        self.p, self.logs, self.days = plan, {}, [monthrange(m.year, m.month)[1] for m in plan["months"]]
        self.rows = list(csv.DictReader(plan["usage"].read_text(encoding="utf-8").splitlines()))
        raisers = dict.fromkeys(change["provider"] for change in plan["prices"])
        self.steps = ("announced", "growth", "mix", "escalation", "moves", "efficiency", *raisers, "fx", "revenue")

    def kinds(self, longer):
        """The log by customer, feature, model and band, if requests of a feature were so many times as long."""
        if (place := tuple(longer.items())) not in self.logs:
            sums = self.logs[place] = defaultdict(lambda: [0, 0, 0, 0])
            for row in self.rows:
                counts = [int(row[name]) for name in COUNTS]
                mean = F(counts[1], counts[0]) * longer.get(row["feature"], 1)
                band = sum(mean > band[0] for band in self.rates(row["model"], date.max))
                kind = sums[row["customer"], row["feature"], row["model"], band]
                kind[:] = map(sum, zip(kind, counts, strict=True))
        return self.logs[place]

    def flows(self, n, v, on, first_share, saved):
        """The usage of month n after the changes that are on, and the requests of that month's customers."""
        growth, mix, small, moves, levers = (self.p[name] if name in on else [] for name in self.steps[1:6])
        tokens = {g["tokens_of"]: grown(g, n, v) for g in growth if "tokens_of" in g}  # in each request, by feature
        cut = {e["feature"]: 1 + at(e["amount"], v) * arrived(e, n) for e in levers if e["lever"] == "prompt"}
        lost = F(self.p["own_price"]["lost"]) * arrived(self.p["own_price"], n) if "revenue" in on else 0
        flows, longer = [], {x: tokens.get(x, 1) * cut.get(x, 1) for x in sorted({*tokens, *cut})}
        for key, (requests, given, cached, output) in self.kinds(longer).items():
            f = Flow(*key, False, F(requests), F(given), F(cached), F(0), F(output))
            many = prod(grown(g, n, v) for g in growth if "tokens_of" not in g and g["where"](f)) * (1 - lost)
            flows.append(times(f, F(self.days[n - 1], self.p["days"]) * many, tokens.get(f.feature, 1)))
        served = list(flows)
        for m in mix:
            share = F(m["share"]) * arrived(m, n)
            new = [times(f, share) for f in flows if m["where"](f)]
            flows = [times(f, 1 - share) if m["where"](f) else f for f in flows]
            flows += [f._replace(input=f.input + m["more"] * f.requests, output=f.output * F(m["output"])) for f in new]
        for e in small:
            share = F(e["share"]) * arrived(e, n)
            first = [times(f, share, F(e["tokens"]), model=e["to"], band=0) for f in flows if e["where"](f)]
            flows = [times(f, 1 - share + share * F(e["again"])) if e["where"](f) else f for f in flows] + first
        moved = []
        for i, m in enumerate(moves):
            share = (F(m["share"]) if i or first_share is None else first_share) * arrived(m, n)
            moved += [times(f, share, F(m["tokens"]), model=m["to"], band=0) for f in flows if m["where"](f)]
            flows = [times(f, 1 - share) if m["where"](f) else f for f in flows]
        flows += moved
        for e in levers:
            flows = [x for f in flows for x in (self.saved(e, f, n, v) if f.feature in e["feature"] else [f])]
        return [times(f, 1, 1 - saved) for f in flows], served

    def saved(self, e, f, n, v):
        """What one lever makes of the usage that it means; nothing where the model has no such price."""
        amount = at(e["amount"], v) * arrived(e, n)
        newly = max(F(0), amount * f.input - f.cached)
        caches = f.model in self.p["lists"] and self.rates(f.model, self.p["months"][n - 1])[f.band][2] is not None
        return {
            "output": [f._replace(output=f.output * (1 + amount))],
            "prompt": [f._replace(input=f.input * (1 + amount), cached=f.cached * (1 + amount))],
            "batch": [times(f, 1 - amount), times(f, amount, batch=True)] if f.model in self.p["batch"] else [f],
            "cache": [f._replace(cached=f.cached + newly, written=f.written + newly / 20)] if caches else [f],
        }[e["lever"]]

    def rates(self, model, day):
        return max((first, bands) for first, bands in self.p["lists"][model].items() if first <= day)[1]

    def cost(self, f, day, v, on, further):
        """One flow at the list of a day, or frozen, with the price changes and the exchange rate."""
        _, full, *rest, output = self.rates(f.model, day if "announced" in on else self.p["last_day"])[f.band]
        cached, written = (F(full if rate is None else rate) - F(full) for rate in rest)
        cost = (F(full) * f.input + cached * f.cached + written * f.written + F(output) * f.output) / 1_000_000
        who, currency = self.p["models"][f.model]
        for change in self.p["prices"] if who in on else ():
            if who == change["provider"] and f.model.startswith(change["model"]) and day >= change["from"]:
                begun = (day.year - change["from"].year) * 12 + day.month - change["from"].month + 1
                cost *= (1 + at(change["rise"], v)) ** min(begun, change["months"])
        path = [1 / F(self.p["table"]), *(F(rate) for first, rate in self.p["fx"] if "fx" in on and first <= day)]
        return cost * (1 + further.get(who, 0)) / (2 if f.batch else 1) * (path[-1] if currency == "CNY" else 1)

    def run(self, n, v="mid", on=None, further=None, first_share=None, saved=F(0)):
        """Month n with the steps that are on."""
        on, month, groups, own = (
            self.steps if on is None else on,
            self.p["months"][n - 1],
            defaultdict(F),
            self.p["own"],
        )
        flows, served = self.flows(n, v, on, first_share, saved)
        starts = [month, *(day for day in self.p["mid_month"] if day.replace(day=1) == month)]
        for start, end in zip(starts, [*(day.day for day in starts[1:]), self.days[n - 1] + 1], strict=True):
            for f in (f for f in flows if f.model != own["model"]):
                cost = self.cost(f, start, v, on, further or {}) * F(end - start.day, self.days[n - 1])
                groups[f.customer, f.feature, self.p["models"][f.model][0]] += cost
        alone = [(f, f.input / own["input"] + f.output / own["output"]) for f in flows if f.model == own["model"]]
        seconds = sum(load for _, load in alone)  # of one replica that does nothing else
        busy = seconds / (self.days[n - 1] * 86_400 * F(own["busy"]))  # replicas, before they are made whole
        for f, load in alone if seconds else ():
            groups[f.customer, f.feature, "selfhosted"] += self.bill(n, ceil(busy)) * load / seconds
        price, came = self.p["own_price"], arrived(self.p["own_price"], n) if "revenue" in on else 0
        asked = sum(f.requests for f in served if f.feature == self.p["fee_for"])  # without those that are lost
        earned = F(self.p["fees"]) * (1 - F(price["lost"]) * came) + F(self.p["fee"]) * asked
        return Result(groups, earned * (1 + F(price["change"]) * came), F(self.p["other"]), busy)

    def bill(self, n, replicas):
        hourly = (replicas + self.p["own"]["spare"]) * F(self.p["own"]["hour"])
        return hourly * 24 * self.days[n - 1] + self.p["own"]["fixed"]

    def bridge(self, n, v="mid"):
        """Month n frozen, then with one step more in each run."""
        return {("frozen", *self.steps)[i]: self.run(n, v, self.steps[:i]) for i in range(len(self.steps) + 1)}

    def solved(self, n, floor):
        """What brings month n back to today's margin, or to the floor: the smallest that does."""
        now, today = self.run(n), self.run(n, on=()).margin()
        spent, target = now.cost() + now.other, now.revenue * (1 - floor) - now.other  # the cost that meets the floor
        none, whole = (self.run(n, first_share=F(share)).cost() for share in (0, 1))
        doubled, listed = self.run(n, further={"alibaba": F(1)}).cost(), now.cost() - now.cost("selfhosted")
        # With k replicas the cost is linear in the tokens saved; k replicas suffice from some saving on.
        tokens = [max(1 - (target - self.bill(n, k)) / listed, 1 - k / now.load) for k in range(1, ceil(now.load) + 1)]
        return {
            "hold": spent / (1 - today) / now.revenue - 1,
            "floor": spent / (1 - floor) / now.revenue - 1,
            "move": (none - target) / (none - whole),
            "hike": (target - now.cost()) / (doubled - now.cost()),
            "tokens": min(tokens),
        }
