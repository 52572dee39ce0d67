"""Groups: commands that have commands of their own; one that is not there is answered with the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typer.core import TyperGroup

from costcalc.problems import fail, nearest_names


class CommandsGroup(TyperGroup):
    """A group whose commands stand in the order written."""

    remedy = ""  # where there is no such command

    def offered(self) -> Mapping[str, str]:
        """Each command, and what help says of it."""
        return {name: command.get_short_help_str(200) for name, command in self.commands.items()}

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.offered())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.offered().items()))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, known = args[0] if args else "", self.offered()
        if name and not name.startswith("-") and name not in known:
            called = f"{ctx.info_name} {name}" if ctx.parent else name
            raise fail(
                "unknown-command", f'there is no command "{called}"',
                nearest=nearest_names(name, known), expected=", ".join(known), remedy=self.remedy,
            )  # fmt: skip
        return super().resolve_command(ctx, args)
