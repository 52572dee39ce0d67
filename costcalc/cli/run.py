"""Running a command: every expected failure becomes its text and exit code; anything else is a bug, in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, ENOTDIR, EPERM, EROFS
from typing import Any

import typer
from typer.exceptions import TyperException

from costcalc.money import TooManyDigits
from costcalc.problems import INPUT_EXIT, CostcalcError, Place, fail, nearest_names

BUG_EXIT = 70
_FULL = (ENOSPC, EDQUOT, EFBIG)
_NOT_ALLOWED = (EACCES, EPERM, EROFS, ENOTDIR)


def run(args: Sequence[str]) -> int:
    """The exit code of one command line."""
    from costcalc.cli.app import whole_command

    wants_traceback = "--traceback" in args
    try:
        code = whole_command()(args=list(args), prog_name="costcalc", standalone_mode=False)
        sys.stdout.flush()
    except CostcalcError as error:
        return _said(error)
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:
        return _wrong_usage(error)
    except Exception as error:
        if str(error) == "Query interrupted":  # so the engine says that a signal came
            raise
        if isinstance(error, MemoryError):
            return _too_little_memory()
        if isinstance(error, OSError) and error.errno in (*_FULL, *_NOT_ALLOWED):
            return _unwritable(error)
        if message := _too_large(error):
            return _said(fail("too-large", message))
        return _bug(error, show=wants_traceback)  # a bug of ours
    return code if isinstance(code, int) else 0


def _said(error: CostcalcError) -> int:
    from costcalc.render.problems import write_problems

    write_problems(error.problems, sys.stderr)
    return error.exit_code


def _too_large(error: Exception) -> str:
    """What is said of a number that nothing here can hold; "": it is no such error."""
    if isinstance(error, TooManyDigits):
        return str(error)
    if isinstance(error, OverflowError) or "integer string conversion" in str(error):
        return "a number is too large: no price, amount, count or span of time comes near it"
    return ""


def _unwritable(error: OSError) -> int:
    """Of the output or of temporary files: what a command reads says so itself."""
    if error.errno in _FULL:
        from costcalc.usage.limits import disk_full

        return _said(disk_full("where the output goes, or temporary files"))
    place = Place(str(error.filename)) if error.filename else None
    return _said(
        fail(
            "unwritable-file",
            f"cannot read or write here: {error.strerror}",
            place=place,
            remedy="check the folder and its rights",
        )
    )


def _too_little_memory() -> int:
    sys.stderr.write("there is not enough memory for this answer: ask for fewer lines (--by) or days (--since)\n")
    return INPUT_EXIT


def _wrong_usage(error: Any) -> int:
    """A wrong command line; a group without a command is no mistake: its help is the answer."""
    kind = type(error).__name__
    context: Any = getattr(error, "ctx", None)
    if kind == "NoArgsIsHelpError":
        sys.stdout.write(f"{context.get_help()}\n")
        return 0
    command = context.command_path if context else "costcalc"
    remedy = f"{command} --help says what it takes"
    if kind == "NoSuchOption":
        known = [
            name
            for param in context.command.params
            for name in (*param.opts, *param.secondary_opts)
            if name.startswith("--")
        ]
        message = f"{command} has no option {error.option_name}"
        return _said(fail("unknown-option", message, nearest=nearest_names(error.option_name, known), remedy=remedy))
    form = " ".join(context.get_usage().removeprefix("Usage: ").split()) if context else ""
    message = error.format_message().rstrip(".")
    return _said(fail("wrong-usage", message[:1].lower() + message[1:], expected=form, remedy=remedy))


def _bug(error: Exception, *, show: bool) -> int:
    from costcalc.problems import visible

    if show:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    else:
        sys.stderr.write(
            f"costcalc met a bug: {type(error).__name__}: {visible(str(error))}\n"
            "Please report it with the command and, if you can, a line of the input; costcalc --traceback … shows more.\n"
        )
    return BUG_EXIT
