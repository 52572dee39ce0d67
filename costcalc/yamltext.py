"""YAML as it is written: texts in quotes where they need them, mappings in one line, lines further in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

INDENT = "  "
_NOT_FIRST = frozenset("!&*-?:,[]{}#|>@`\"'%")
_NOT_IN_FLOW = frozenset(",[]{}")


def word(text: str, *, in_flow: bool = False) -> str:
    """The text as a YAML scalar: plain where that is safe, else in double quotes."""
    plain = (
        text != ""
        and text.isprintable()
        and text == text.strip()
        and text[0] not in _NOT_FIRST
        and ": " not in text
        and " #" not in text
        and text[-1] != ":"
        and not text.startswith("...")
        and not (in_flow and not _NOT_IN_FLOW.isdisjoint(text))
    )
    return text if plain else '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\U{ord(char):08X}" if ord(char) > 0xFFFF else f"\\u{ord(char):04X}"


def free(text: str) -> str:
    """A text that people wrote, as it may stand in a mapping of one line."""
    return word(text, in_flow=True)


def flow(parts: Mapping[str, str]) -> str:
    """A mapping in one line; its values are YAML already."""
    return f"{{{', '.join(f'{free(key)}: {value}' for key, value in parts.items())}}}"


def free_list(texts: Iterable[str]) -> str:
    """Texts as one, or as a list in one line."""
    found = [free(text) for text in texts]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


def indented(lines: Iterable[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else line for line in lines]
