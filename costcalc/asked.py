"""Asked: how a report was asked for: what the configuration set, and the words that `explain` needs again."""

from __future__ import annotations

import shlex

from costcalc.problems import Place
from costcalc.records import dataclass

_MOST_FILES = 8  # named in a command; of more the reader knows which they were


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of a configuration that a report was made with."""

    key: str  # "currency", "aliases.our-model"; of the environment the variable: "COSTCALC_CURRENCY"
    value: str
    place: Place | None = None  # None: the environment

    @property
    def name(self) -> str:
        """What stands behind the dot: `our-model` of `aliases.our-model`."""
        return self.key.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Call:
    """The command line of a report, as far as it decides what the log costs."""

    usage: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()  # flag and value, in the order written

    def instead(self, *options: tuple[str, str]) -> Call:
        """The same call with these options in place of its own of that name."""
        flags = {flag for flag, _ in options}
        return Call(self.usage, (*(option for option in self.options if option[0] not in flags), *options))

    def without(self, *flags: str) -> Call:
        return Call(self.usage, tuple(option for option in self.options if option[0] not in flags))

    def titled(self, what: str) -> str:
        """What is said before the command; standard input is read up by then."""
        return f"{what}, once the log is in a file" if "-" in self.usage else what

    def of(self, *command: str) -> tuple[str, ...]:
        """The command with these words, each quoted for a shell; an option stands in one with its value."""
        files = self.usage if len(self.usage) <= _MOST_FILES else (f"THE-{len(self.usage)}-FILES",)
        return (
            "costcalc",
            *command,
            *("LOG" if name == "-" else shlex.quote(f"./{name}" if name.startswith("-") else name) for name in files),
            *(_option(flag, value) for flag, value in self.options),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report says of how it came about, beside its figures."""

    settings: tuple[Setting, ...] = ()
    call: Call | None = None  # None: the library was called


NOTHING_ASKED = Asked()


def _option(flag: str, value: str) -> str:
    return f"{flag}={shlex.quote(value)}" if value.startswith("-") else f"{flag} {shlex.quote(value)}"
