"""Keywords: a question takes those of its options, each with its default and its line in help()."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, ForwardRef, TypeVar, get_origin

from costcalc.api.options import options_of
from costcalc.problems import IncompleteWarning, nearest_names

Question = TypeVar("Question", bound=Callable[..., Any])


def keywords(group: Any) -> Callable[[Question], Question]:
    """The question with all keywords of the group: those that a call leaves out have their defaults.

    TypeError, with the nearest name: a keyword that is none of them.
    """
    options, defaults = options_of(group), defaults_of(group)

    def taught(question: Question) -> Question:
        own = [each for each in inspect.signature(question).parameters.values() if each.kind is not each.VAR_KEYWORD]
        known = {*options, *(each.name for each in own)}

        @wraps(question)
        def ask(*given: Any, **words: Any) -> Any:
            if not words.keys() <= known:
                raise _unknown(question.__name__, min(words.keys() - known), known)
            answer = question(*given, **defaults | words)
            if getattr(answer, "complete", True) is False and not words.get("asked"):  # a command says it on its page
                warnings.warn(_lacking(question.__name__, answer), IncompleteWarning, stacklevel=2)
            return answer

        listed = [_parameter(name, hint, defaults[name]) for name, hint in group.__annotations__.items()]
        vars(ask)["group"] = group
        ask.__signature__ = inspect.signature(question).replace(parameters=[*own, *listed])  # type: ignore[attr-defined]
        ask.__doc__ = "\n".join(
            [inspect.cleandoc(question.__doc__ or ""), "", *(f"{name}: {each.help}" for name, each in options.items())]
        )
        return ask  # type: ignore[return-value]

    return taught


def _lacking(question: str, answer: Any) -> str:
    return f"what {question} comes to is incomplete: it lacks {answer.lacks}"


def defaults_of(group: Any) -> dict[str, Any]:
    """What each keyword of the group says where nobody says it."""
    return {name: option.default for name, option in options_of(group).items()}


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    kind = hint.__origin__ if get_origin(hint) is Annotated else hint
    shown = kind.__forward_arg__ if isinstance(kind, ForwardRef) else kind
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=shown)


def _unknown(question: str, name: str, known: set[str]) -> TypeError:
    near = nearest_names(name, sorted(known))
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else f"; it takes {', '.join(sorted(known))}"
    return TypeError(f"{question}() has no keyword {name!r}{hint}")
