"""Groups: commands that have commands of their own; one that is not there is answered with the nearest."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from costcalc.problems import fail, nearest_names


class CommandsGroup(TyperGroup):
    """A group whose commands stand in the order written."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in self.commands.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.commands:
            raise fail(
                "unknown-command", f'there is no command "{ctx.info_name} {name}"',
                nearest=nearest_names(name, self.commands), expected=", ".join(self.commands),
            )  # fmt: skip
        return super().resolve_command(ctx, args)
