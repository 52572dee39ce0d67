"""Options: what can be asked of each question, said once. A field is a keyword of the library and a flag of the command line.

Types that would import much are quoted: the command line reads this file for its help alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from costcalc.api.words import Globs, Income, Number, Pairs
from costcalc.asked import NOTHING_ASKED, Asked
from costcalc.calendar import MOST_MONTHS
from costcalc.money import Money
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.api.books import Prices
    from costcalc.budget.model import Budget
    from costcalc.reports.reconcile.model import Tolerance
    from costcalc.scenario.items import Scenario
    from costcalc.usage.ledger import Joining
    from costcalc.usage.progress import Progress
    from costcalc.usage.reading.maps import MapRule

PROVIDER_AND_MODEL = ("provider", "model")


@dataclass(frozen=True, slots=True)
class Option:
    """How a keyword is said: in help() and on the command line."""

    metavar: str  # what stands for the value; "": a keyword of the library alone
    help: str
    flag: str = ""  # where it is not the keyword with dashes
    default: Any = None
    shown: str = ""  # what stands for the default in help; the command line then leaves it to the library
    kind: type = str  # of a word on the command line
    many: bool = False  # the flag may be repeated
    range: tuple[int, int | None] | None = None  # least and most
    env: bool = False  # COSTCALC_ and the keyword is a variable that says it too
    configured: bool = False  # and a key of costcalc.toml

    def flag_of(self, name: str) -> str:
        return self.flag or "--" + name.replace("_", "-")


@cache
def options_of(group: Any) -> dict[str, Option]:
    """The options of a group by their keywords."""
    return {name: hint.__metadata__[0] for name, hint in group.__annotations__.items()}


class BookOptions(TypedDict, total=False):
    """Which pricebooks."""

    pricebooks: Annotated[
        Sequence[str | Path],
        Option(
            "FILE", "Your own pricebooks, laid over the shipped ones.", flag="--pricebook", default=(), kind=Path,
            many=True,
        ),
    ]  # fmt: skip


class AliasOptions(TypedDict, total=False):
    """What names of a log mean."""

    aliases: Annotated[
        Pairs,
        Option("NAME=MODEL", "What a name of your log means: fast-chat=alibaba/qwen-plus.", flag="--alias", many=True),
    ]


class NameOptions(AliasOptions, total=False):
    """The same, and which lists of their providers are meant."""

    regions: Annotated[
        Pairs, Option("PROVIDER=REGION", "Take this list of a provider: alibaba=intl.", flag="--region", many=True)
    ]


class FormatOptions(TypedDict, total=False):
    """Which columns and formats are your own."""

    columns: Annotated[
        Pairs, Option("NAME=COLUMN", "What your column is called: input_tokens=tok_in.", flag="--map", many=True)
    ]
    formats: Annotated[
        Sequence[str | Path],
        Option(
            "FILE", "A format of your own: costcalc init format LOG.", flag="--format-file", default=(), kind=Path,
            many=True,
        ),
    ]  # fmt: skip
    rules: Annotated[Sequence["MapRule"], Option("", "Columns of the logs of a format or folder.", default=())]
    asked: Annotated[Asked, Option("", "The configuration and call that the report shall name.", default=NOTHING_ASKED)]


class ReadOptions(FormatOptions, BookOptions, total=False):
    """How a log is read, and by which pricebooks."""

    usage_format: Annotated[
        str | None, Option("NAME", "Read the log as this format.", shown="found from the content", configured=True)
    ]
    timezone: Annotated[
        str | None,
        Option(
            "ZONE", "Zone of report days and of times without a zone.", default="UTC", shown="UTC", env=True,
            configured=True,
        ),
    ]  # fmt: skip
    prices: Annotated[
        "Prices | None", Option("", "Pricebooks that costcalc.read_prices has read; nothing else then says which.")
    ]


class LimitOptions(TypedDict, total=False):
    """What counting may use of the machine."""

    memory: Annotated[
        str | None,
        Option(
            "SIZE", "Memory for counting: 2GB. What does not fit goes to a temporary folder.", shown="256MB", env=True,
            configured=True,
        ),
    ]  # fmt: skip
    threads: Annotated[
        int | str | None,
        Option("N", "Cores for counting.", shown="all, at 32 MB each", env=True, configured=True),
    ]


class DetectOptions(FormatOptions, LimitOptions, total=False):
    """Of `costcalc formats detect`."""


class CountOptions(ReadOptions, LimitOptions, total=False):
    """Who counts. Never taken from a configuration: only an argument opens a connection."""

    engine: Annotated[
        str | None,
        Option(
            "embedded|spark", "Who counts: this machine, or the cluster at --remote, on paths that it reads (s3://logs/*.parquet).",
            shown="embedded",
        ),
    ]  # fmt: skip
    remote: Annotated[str | None, Option("ADDRESS", "With --engine spark: its server, sc://HOST:PORT.")]
    progress: Annotated["Progress | None", Option("", "Called with each Step of counting, from another thread.")]


class RowOptions(TypedDict, total=False):
    """Which rows of the log: days, and what is in them."""

    since: Annotated[date | str | None, Option("DAY", "First day: 2026-09-01, 2026-09, last-month.")]
    until: Annotated[
        date | str | None, Option("DAY", "The day after the last one, which is left out; written likewise.")
    ]
    month: Annotated[str | None, Option("MONTH", "All days of a month: 2026-10.")]
    last: Annotated[str | None, Option("LENGTH", "The log's last days: 30d, 4w, 3m.")]
    week: Annotated[str | None, Option("WEEK", "Monday to Sunday of an ISO week: 2026-W40.")]
    quarter: Annotated[str | None, Option("QUARTER", "Three months of a year, or of a fiscal one: 2026-Q4.")]
    fiscal_year_starts: Annotated[
        int | str, Option("", "The month in which fiscal years begin: 4 is April.", default=1, configured=True)
    ]
    where: Annotated[
        Globs,
        Option("NAME=GLOB", "Only such rows: team=search,ads,model=qwen3-* (team search or ads).", many=True),
    ]


class CurrencyOptions(TypedDict, total=False):
    """In which currency."""

    currency: Annotated[
        str | None, Option("CODE", "Report currency.", shown="the bill's own, else USD", env=True, configured=True)
    ]


class DiffOptions(CurrencyOptions, AliasOptions, CountOptions, total=False):
    """Of the usage of `costcalc prices diff`."""


class PriceOptions(CurrencyOptions, total=False):
    """On what basis, and in which currency."""

    basis: Annotated[
        str,
        Option(
            "auto|list|contracted|billed",
            "auto: a provider's bill wins; list, contracted: the pricebook, without or with your discounts; billed: any stated cost wins.",
            default="auto", shown="auto", configured=True,
        ),
    ]  # fmt: skip


class RatedOptions(PriceOptions, NameOptions, RowOptions, CountOptions, total=False):
    """Which usage, read how, at which prices: of every question about money."""


class ChangeOptions(TypedDict, total=False):
    """What changes: price rises on top of a scenario."""

    hikes: Annotated[
        Mapping[str, object] | Sequence[str] | str,
        Option(
            "SELECTOR=CHANGE[@DATE]",
            "A price rise; repeat it, or write a list. A meter is meant with its parts: :input_tokens raises cached input too, :input_tokens_only leaves it.",
            flag="--hike", default=(), many=True,
        ),
    ]  # fmt: skip
    scenario: Annotated[
        "str | Path | Scenario | None", Option("NAME|FILE", "What changes, in a file or a shipped one: april-2026.")
    ]
    pass_through: Annotated[Number | None, Option("SHARE", "How much of the hikes given as a range arrives: 60%.")]


class EarnedOptions(TypedDict, total=False):
    """What is earned, in money or by a margin."""

    revenue: Annotated[
        Income | None,
        Option("AMOUNT|FILE", "What you earned in the log's period: 52000, '52000 USD'; or by customer: revenue.csv."),
    ]
    margin: Annotated[Number | None, Option("SHARE", "Today's gross margin; implies the revenue: 60%.")]
    revenue_source: Annotated[str | None, Option("", "Who says what is earned, for the report: configuration.")]


class FloorOptions(EarnedOptions, total=False):
    """The same, and the least that must be left of it."""

    floor: Annotated[Number | None, Option("SHARE", "The lowest margin you accept: 50%.", configured=True)]


_LINES = "Lines by these: provider, model, region, or any column of the log."
_SIMULATE = Option("N", "Draw the scenario's ranges so many times: P10, P50, P90.", kind=int)
_SEED = Option("S", "Of the draws: the same seed, the same figures.", default=1, kind=int)
_BY = Option("NAMES", _LINES, default=PROVIDER_AND_MODEL, shown="provider,model", configured=True)


class CostOptions(RatedOptions, total=False):
    """Of `cost`."""

    each: Annotated[str | None, Option("day|month", "A line for each day or month.")]
    by: Annotated[Sequence[str] | str | None, Option("NAMES", _LINES, shown="provider,model", configured=True)]
    allocate: Annotated[
        str,
        Option("none|proportional", "Share a contract's shortfall out among the lines, by cost.", default="none"),
    ]


class ProjectOptions(ChangeOptions, FloorOptions, RatedOptions, total=False):
    """Of `project`."""

    months: Annotated[
        int,
        Option("N", "Months to come, at the log's daily rate.", default=0, kind=int, range=(0, MOST_MONTHS)),
    ]
    move_to: Annotated[
        str | None,
        Option(
            "PROVIDER/MODEL",
            "How much traffic must move there, and when does that pay? Machines of yours: costcalc init self-hosted.",
        ),
    ]
    simulate: Annotated[int | None, _SIMULATE]
    seed: Annotated[int, _SEED]
    by: Annotated[Sequence[str] | str, _BY]


class OutlookOptions(ChangeOptions, FloorOptions, RatedOptions, total=False):
    """Of `outlook`, and of `costcalc report`."""

    months: Annotated[
        int | None,
        Option(
            "N", "Months to come, at the log's daily rate.", shown="the scenario's horizon, else 12", kind=int,
            range=(1, MOST_MONTHS),
        ),
    ]  # fmt: skip
    simulate: Annotated[int | None, _SIMULATE]
    seed: Annotated[int, _SEED]
    by: Annotated[Sequence[str] | str, _BY]


class EveryScenarioOptions(TypedDict, total=False):
    """What changes in every scenario of a comparison."""

    hikes: Annotated[
        Mapping[str, object] | Sequence[str] | str,
        Option(
            "SELECTOR=CHANGE[@DATE]", "A price rise on top of every scenario; repeat it, or write a list.",
            flag="--hike", default=(), many=True,
        ),
    ]  # fmt: skip
    pass_through: Annotated[
        Number | Sequence[Number] | None,
        Option("SHARES", "How much of ranges and compute rises arrives: 60%, or each of 0%,50%,100%."),
    ]


class CompareOptions(EveryScenarioOptions, FloorOptions, RatedOptions, total=False):
    """Of `compare`, beside its scenarios."""

    months: Annotated[
        int | None,
        Option("N", "Months to come.", shown="the longest stated", kind=int, range=(0, MOST_MONTHS)),
    ]
    by: Annotated[
        Sequence[str] | str, Option("NAMES", "Lines beside customers: provider,model, or any column.", default=())
    ]


class SweepOptions(FloorOptions, RatedOptions, total=False):
    """Of `sweep`."""

    hikes: Annotated[
        Mapping[str, object] | Sequence[str | Mapping[str, object]] | str,
        Option("", "Rises to try, each by itself.", default=()),
    ]
    pass_through: Annotated[
        Sequence[Number], Option("", "Parts of what is given as a range that arrive, each to be tried.", default=())
    ]
    scenario: Annotated["str | Path | Scenario | None", Option("", "What changes in all of them.")]
    months: Annotated[int, Option("", "Months to come, at the log's daily rate.", default=0)]
    by: Annotated[Sequence[str] | str, _BY]


class AdviseOptions(ChangeOptions, FloorOptions, RatedOptions, total=False):
    """Of `advise`."""

    by: Annotated[
        Sequence[str] | str | None,
        Option("NAMES", "Columns of the log that part the usage of one model.", shown="feature"),
    ]
    to: Annotated[
        Sequence[str] | str,
        Option(
            "PROVIDER/MODEL", "Where short and frequent requests could go; repeat it. Machines of yours: costcalc init self-hosted.",
            default=(), shown="cheaper siblings, and models of yours", many=True,
        ),
    ]  # fmt: skip
    take: Annotated[
        Sequence[int] | str | None,
        Option("1,3", "The candidates of the plan.", shown="the best of each group"),
    ]
    short: Annotated[
        int,
        Option("TOKENS", "Requests are short up to so many input tokens.", default=2_000, kind=int, range=(1, None)),
    ]
    often: Annotated[
        int,
        Option("REQUESTS", "Frequent: so many short requests a day.", default=1_000, kind=int, range=(1, None)),
    ]
    least: Annotated[Number, Option("SHARE", "Groups below that share of the bill are left aside.", default="1%")]
    months: Annotated[int | None, Option("N", "Months to come.", shown="12", kind=int, range=(0, MOST_MONTHS))]


class ForecastOptions(RatedOptions, total=False):
    """Of `forecast`."""

    to: Annotated[date | str, Option("month-end|year-end|DAY", "The last day to come.", default="month-end")]
    budget: Annotated[
        Number | Money | None,
        Option("AMOUNT", "Of that month or year: when does it break? 20000, '20000 USD'."),
    ]
    interval: Annotated[Number, Option("SHARE", "How much of what may happen lies between both ends.", default="80%")]


class LineOptions(TypedDict, total=False):
    """Which figures of a report."""

    line: Annotated[
        Globs,
        Option("NAME=GLOB", "Only such lines of the report: provider=alibaba,model=qwen3-*.", many=True),
    ]
    meter: Annotated[str, Option("NAME", "Only this meter: output_tokens, tokens.", default="")]
    day: Annotated[date | str | None, Option("DAY", "Only this day of the report: 2026-09-12.")]


class ExplainOptions(LineOptions, ChangeOptions, RatedOptions, total=False):
    """Of `explain`."""

    by: Annotated[Sequence[str] | str, _BY]


class BudgetOptions(TypedDict, total=False):
    """Budgets, in files or of all usage, and what they are compared with."""

    budgets: Annotated[
        "str | Path | Sequence[str | Path | Budget]",
        Option("FILE", "What to check; repeatable.", default=(), shown="budgets.yaml, without flags", kind=Path, many=True),
    ]  # fmt: skip
    max_cost: Annotated[Number | Money | None, Option("AMOUNT", "All usage costs at most so much: 5000USD.")]
    max_rise: Annotated[
        Fraction | str | None, Option("PERCENT", "It costs at most so much more than the baseline: 10%.")
    ]
    min_margin: Annotated[Fraction | str | None, Option("PERCENT", "The lowest gross margin: 55%.")]
    max_tokens: Annotated[Number | None, Option("COUNT", "At most so many tokens: 2B, 500M.")]
    max_requests: Annotated[Number | None, Option("COUNT", "At most so many requests: 500K.")]
    max_unpriced: Annotated[
        Fraction | str | None, Option("PERCENT", "The largest share of tokens without a price: 1%.")
    ]
    baseline: Annotated[
        object, Option("USAGE", "What to compare with: a ledger of costcalc scan -o, or any usage.", many=True)
    ]


class CheckOptions(BudgetOptions, EarnedOptions, RatedOptions, total=False):
    """Of `check`."""

    allow_unpriced: Annotated[bool, Option("", "Usage without a price leaves no budget open.", default=False)]
    allow_refused: Annotated[bool, Option("", "Rows refused and files not read leave none open.", default=False)]
    today: Annotated[date | None, Option("", "The day to which the age of prices is counted.")]


class ReconcileOptions(RatedOptions, total=False):
    """Of `reconcile`, beside its invoices."""

    by: Annotated[
        Sequence[str] | str | None,
        Option("NAMES", "Lines by these: provider, model, meter, or a column that both sides have.", shown="provider,model"),
    ]  # fmt: skip
    each: Annotated[
        str | None, Option("day|month|total", "A line for each of these.", shown="the finest that both have")
    ]
    tolerance: Annotated[
        "str | Tolerance",
        Option("SHARE,AMOUNT", "Amounts agree that lie no further apart than either.", default="1%,0.05", shown="1%,0.05"),
    ]  # fmt: skip
    whole: Annotated[bool, Option("-", "Compare the days that only one side covers too.", default=False, kind=bool)]
    basis: Annotated[
        str,
        Option(
            "contracted|list|billed|auto", "What ours is: the pricebook, with or without your discounts; or what the log states.",
            default="contracted", shown="contracted",
        ),
    ]  # fmt: skip
    timezone: Annotated[
        str | None, Option("ZONE", "Zone of the days compared.", shown="the invoice's", env=True, configured=True)
    ]
    invoice_columns: Annotated[
        Pairs,
        Option("NAME=COLUMN", "What the invoice calls it: amount=Betrag.", flag="--invoice-map", many=True),
    ]
    invoice_format: Annotated[
        str | None, Option("NAME", "Read the invoices as this format.", shown="found from the content")
    ]


class ScanOptions(AliasOptions, RowOptions, CountOptions, total=False):
    """Of `scan`."""

    by: Annotated[Sequence[str] | str, Option("NAMES", _LINES, default=(), shown="provider,model")]
    scenarios: Annotated[
        "Sequence[str | Path | Scenario]",
        Option("NAME|FILE", "Keep apart what this scenario asks for: its columns, lengths and hours.", flag="--scenario", default=(), many=True),
    ]  # fmt: skip
    budgets: Annotated[
        "Sequence[str | Path | Budget]",
        Option("FILE", "Keep apart what these budgets ask for, likewise.", default=(), kind=Path, many=True),
    ]
    months: Annotated[int | None, Option("", "Months to come that the scenarios are kept apart for.")]
    if_offered: Annotated[Sequence[str], Option("", "Columns that are kept apart where the log has them.", default=())]
    raised: Annotated["Sequence[Scenario]", Option("", "Scenarios of prices for the log's own time.", default=())]
    joining: Annotated[
        "Joining | None", Option("", "What one question does not tell apart; the ledger then answers no other.")
    ]
