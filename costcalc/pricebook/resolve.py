"""Resolving: from the names in a log to one model of one book, and to the block in force on a day."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cached_property

from costcalc.meters import meters
from costcalc.pricebook.hosts import LABELS_OF_HOSTS, Host, host_in, host_named, makers_name, prefix_of
from costcalc.pricebook.model import NEVER_APPLIES, Book, Model, PriceBlock
from costcalc.pricebook.summary import summaries
from costcalc.pricebook.terms import Terms
from costcalc.records import dataclass
from costcalc.selectors import Selector, glob_matches, glob_pattern

# A date suffix names a snapshot of the same model and inherits everything.
# A path that says where a host serves the model: Vertex AI's, Bedrock's with a region before it, and an ARN of Bedrock.
_PATHS = (
    re.compile(r"(?:projects/[^/]+/locations/(?P<place>[^/]+)/)?publishers/[^/]+/models/(?P<model>.+)"),
    re.compile(r"(?:(?:converse|invoke)/)?(?P<place>[a-z]{2}(?:-gov)?-[a-z]+-\d)/(?P<model>[^/]+)"),
    re.compile(r"(?:converse|invoke)/(?P<place>)(?P<model>[^/]+)"),
    re.compile(r"arn:aws[a-z-]*:bedrock:(?P<place>[^:]*):\d*:(?:inference-profile|foundation-model)/(?P<model>.+)"),
)
_NO_LIST_HAS = (  # kinds of models, by their names
    (
        re.compile(r"(?:.*/)?ft:.+|.+\.ft-.+"),
        "a fine-tuned model costs something else than its base, and no list here has it",
    ),
    (re.compile(r".+/.+:free"), "a free variant: no list has a price of 0; write it into a book of your own"),
    (re.compile(r".+/.+:(?:nitro|floor|online|exacto)"), "a variant whose price depends on who serves it"),
)
_DATE_SUFFIX = re.compile(r"[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})$")
_TUNED = re.compile(r"(ft:[^:]+):")  # ft:gpt-4o-mini-2024-07-18:acme::abc123: the list has it by its base
_LATEST = re.compile(r"(.*\d.*)-latest")  # of a name with a version: without one the model itself may change


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """What a name in a log means, and why."""

    provider: str
    region: str
    model: str
    how: str  # exact, alias, pattern, date suffix, latest
    region_how: str = "only list"  # stated, chosen, default, only list
    also_sold_by: tuple[
        str, ...
    ] = ()  # others whose books have it, where nobody says who bills it: the maker was taken


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that no book can price, and why."""

    reason: str
    provider: str = ""  # who bills it, and what that one calls the model, where the name itself says so
    model: str = ""
    lists: tuple[str, ...] = ()  # the regions that the seller has lists of, where the one asked for is none of them


@dataclass(frozen=True, slots=True)
class Lookup:
    """A block in force, or the reason why there is none."""

    block: PriceBlock | None
    book: Book
    names: tuple[str, ...]  # of the model and of the one it is billed as: a selector may mean it by any
    billed_as: str  # itself, or the model that it is redirected to
    reason: str = ""
    redirected: date | None = None  # since when it is billed as that one

    @property
    def starts(self) -> date | None:
        """From which day on the model has this price: never before it was redirected to it. None: unknown."""
        begun = self.block.starts if self.block else None
        return max(filter(None, (self.redirected, begun)), default=None)


Shelf = Mapping[str, Callable[[], tuple[Book, ...]]]  # provider -> its books, read when they are asked for


class _Lists(Mapping[str, tuple[Book, ...]]):
    """The books of each provider; those on the shelf are read when somebody asks for theirs."""

    def __init__(self, read: Mapping[str, tuple[Book, ...]], shelf: Shelf) -> None:
        self.read, self._shelf = read, {name: books for name, books in shelf.items() if name not in read}

    def __getitem__(self, provider: str) -> tuple[Book, ...]:
        return self.read[provider] if provider in self.read else self._shelf[provider]()

    def __iter__(self) -> Iterator[str]:
        return iter((*self.read, *self._shelf))

    def __len__(self) -> int:
        return len(self.read) + len(self._shelf)

    def __contains__(self, provider: object) -> bool:
        return provider in self.read or provider in self._shelf

    @property
    def unread(self) -> Iterator[str]:
        return iter(self._shelf)


@dataclass(frozen=True)
class Pricebook:
    """All books together. Regions chosen by the user go before each book's own default.

    `books` are those of makers and of the user; those of hosts lie on the shelf, many and long, and few logs need any.
    """

    books: tuple[Book, ...]
    regions: Mapping[str, str] = field(default_factory=dict)  # provider -> region, as the user chose
    aliases: Mapping[str, str] = field(default_factory=dict)  # a log's name -> "provider/model" or "model"
    terms: Terms = field(default_factory=Terms)  # of your contracts: discounts and commitments
    shelf: Shelf = field(default_factory=dict)

    def with_regions(self, regions: Mapping[str, str]) -> Pricebook:
        return replace(self, regions={**self.regions, **regions})

    def with_terms(self, terms: Terms) -> Pricebook:
        """The same books under these contracts; aliases given before keep the upper hand."""
        return replace(self, terms=terms.named(self.seller_named), aliases={**terms.aliases, **self.aliases})

    def at_list(self) -> Pricebook:
        """The same books without what contracts change about them."""
        return replace(self, terms=Terms()) if self.terms else self

    def preferring(self, provider: str, region: str) -> Pricebook:
        """The same books, with this list as the provider's default; what it lacks is still taken from the others."""
        unread = () if provider in self.by_provider.read else self.by_provider[provider]
        books = tuple(
            replace(book, is_default=book.region == region) if book.provider == provider else book
            for book in (*self.books, *unread)
        )
        return replace(self, books=books)

    def all_books(self) -> tuple[Book, ...]:
        """Every book, those of hosts read for it."""
        return (*self.books, *(book for provider in self.by_provider.unread for book in self.by_provider[provider]))

    def all_models(self) -> Iterator[tuple[str, str]]:
        """Every model with its provider, by its own name and by its maker's; the books of hosts are read last."""
        for provider in (*self.by_provider.read, *self.by_provider.unread):
            for book in self.by_provider[provider]:
                yield from _models_of(book)

    def models_for(self, provider: str) -> Iterator[tuple[str, str]]:
        """The models of makers, and of a host where it is named: what may be suggested."""
        hosts = [name for name in self.by_provider.unread if name == provider]
        return (
            each
            for name in (*self.by_provider.read, *hosts)
            for book in self.by_provider[name]
            for each in _models_of(book)
        )

    def has_any(self, selector: Selector) -> bool:
        """Whether it means some model of the books."""
        lists = self.by_provider
        unread = (name for name in lists.unread if glob_matches(selector.provider, name))
        return any(
            selector.matches(*model)
            for provider in (*lists.read, *unread)
            for book in lists[provider]
            for model in _models_of(book)
        )

    def with_aliases(self, aliases: Mapping[str, str]) -> Pricebook:
        lowered = {name.lower(): target for name, target in aliases.items()}
        return replace(self, aliases={**self.aliases, **lowered})

    @cached_property
    def by_provider(self) -> _Lists:
        """The books of each provider, its default list first."""
        found: dict[str, list[Book]] = {}
        for book in sorted(self.books, key=lambda book: not book.is_default):
            found.setdefault(book.provider, []).append(book)
        return _Lists({provider: tuple(books) for provider, books in found.items()}, self.shelf)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of a log's rows on whose value a price depends; those of hosts without reading their books."""
        return self._labels_of_bands | {label for label, _ in self._labels_of_modifiers}

    def tells_apart(self, label: str, value: str) -> bool:
        """Whether some list has another price where a row states this."""
        return label in self._labels_of_bands or (label, value) in self._labels_of_modifiers

    @cached_property
    def _labels_of_bands(self) -> frozenset[str]:
        found = (label for book in self.books for each in summaries(book).values() for label in each.labels)
        return frozenset((*found, *LABELS_OF_HOSTS))

    @cached_property
    def _labels_of_modifiers(self) -> frozenset[tuple[str, str]]:
        return frozenset((each.label, each.value) for book in self.books for each in book.modifiers.values())

    @cached_property
    def _provider_names(self) -> Mapping[str, str]:
        names = {book.provider: book.provider for book in self.books}
        for book in self.books:
            names.update((name, book.provider) for name in (*book.provider_names, *book.list_names))
        return names

    @cached_property
    def _list_names(self) -> Mapping[str, str]:
        """Names of providers that mean one of their lists, and its region."""
        return {name: book.region for book in self.books for name in book.list_names}

    @cached_property
    def _names(self) -> dict[tuple[str, str], _BookNames]:
        return {}

    def _names_of(self, book: Book) -> _BookNames:
        place = (book.provider, book.region)
        found = self._names.get(place)
        if found is None:
            found = self._names[place] = _BookNames(book)
        return found

    @cached_property
    def _declared(self) -> _Declared:
        return _Declared([self._names_of(book) for book in self.books])

    @cached_property
    def _hosted(self) -> _Declared:
        return _Declared(
            [self._names_of(book) for provider in self.by_provider.unread for book in self.by_provider[provider]]
        )

    def provider_named(self, name: str) -> str | None:
        """The provider that a log's word means: `dashscope` and `Alibaba Cloud` are alibaba."""
        word = name.strip().lower()
        host = host_named(word)
        known = self._provider_names.get(word) or self._provider_names.get(re.sub(r"[\s_]+", "-", word))
        return known or (self._book_of(host) if host else None)

    def region_named(self, provider: str, name: str) -> str | None:
        """The region of a provider's books that the word means: `intl` is intl-singapore."""
        wanted = name.strip().lower()
        for book in self.by_provider.get(provider, ()):
            if wanted == book.region or wanted in book.region_names:
                return book.region
        return None

    def book(self, provider: str, region: str) -> Book:
        found = self._by_list.get((provider, region))
        return found or next(book for book in self.by_provider[provider] if book.region == region)

    @cached_property
    def _by_list(self) -> Mapping[tuple[str, str], Book]:
        return {(book.provider, book.region): book for book in reversed(self.books)}

    def payer_named(self, name: str) -> str:
        """What a log's word for a provider is called here: by the books, else as a host; as written where neither knows it."""
        host = host_named(name)
        return self.provider_named(name) or (self._book_of(host) or host.name if host else name)

    def seller_named(self, word: str) -> str:
        """Who is meant; a word that begins names of models, as qwen does, may mean these wherever they are billed."""
        begins = (name.startswith(word) for each in self.books for name in each.models)
        return word if any(begins) and not host_named(word) else self.payer_named(word)

    def named(self, provider: str, model: str) -> tuple[str, str]:
        """What the books call a log's provider ("" if it says none) and model; as written where they know none."""
        found = self.resolve(model, provider or None)
        if isinstance(found, ResolvedModel):
            return found.provider, found.model
        return found.provider or self.payer_named(provider), found.model or model

    def resolve(self, name: str, provider: str | None = None, region: str | None = None) -> ResolvedModel | Unresolved:
        """The model that a log's name means: exact, declared alias or pattern, date suffix. Never a guess.

        Whoever the log or the name says bills it prices it: `azure/gpt-5` has no price in the list of OpenAI.
        """
        found = self._resolve(name, provider, region)
        if isinstance(found, Unresolved):
            wanted = name.strip().lower()
            return replace(
                found, reason=next((why for kind, why in _NO_LIST_HAS if kind.fullmatch(wanted)), found.reason)
            )
        return found

    def _resolve(self, name: str, provider: str | None, region: str | None) -> ResolvedModel | Unresolved:
        wanted = name.strip().lower()
        if not wanted:
            return Unresolved("no model named")
        if alias := self.alias_of(wanted, provider):
            provider, wanted = self._alias_target(self.aliases[alias].lower(), provider)
        if not provider:
            found = self._resolve_anywhere(wanted, region)
            is_unknown = isinstance(found, Unresolved) and not found.provider
            if region and is_unknown and isinstance(known := self._resolve_anywhere(wanted, None), ResolvedModel):
                return self._resolve_at(known.provider, known.model, region)  # says which lists there are
            return found
        if (seller := self.provider_named(provider)) and not host_named(provider):
            return self._resolve_with(seller, provider, wanted, region)
        if host := host_named(provider):
            return self._resolve_hosted(host, wanted, region, provider)
        return Unresolved(f"no pricebook for the provider {provider}")

    def makers_model(self, name: str) -> str:
        """`anthropic/claude-sonnet-4-5` for Bedrock's `us.anthropic.claude-sonnet-4-5-v1:0`; "" where no book knows it."""
        maker, bare = makers_name(name.strip().lower())
        found = self.resolve(bare, maker if self.provider_named(maker) else None)
        return f"{found.provider}/{found.model}" if isinstance(found, ResolvedModel) else ""

    def alias_of(self, name: str, provider: str | None) -> str | None:
        """Which of the user's aliases a name has: that of the name as written, or of `PROVIDER/MODEL`."""
        if not self.aliases:
            return None
        wanted = name.strip().lower()
        keys = [wanted]
        if provider:
            keys += (f"{provider.strip().lower()}/{wanted}", f"{self.payer_named(provider)}/{wanted}")
        if hosted := host_in(wanted):
            keys.append(f"{self.payer_named(hosted[0].name)}/{hosted[1]}")
        return next((key for key in keys if key in self.aliases), None)

    def _book_of(self, host: Host) -> str | None:
        """The provider whose books are the lists of a host, where there are any."""
        read = (self._provider_names.get(word) for word in (host.name, *host.words))
        return next(filter(None, read), host.name if host.name in self.by_provider else None)

    def _resolve_with(self, known: str, word: str, wanted: str, region: str | None) -> ResolvedModel | Unresolved:
        """At a provider that the log names by this word; a name of a host's own is none of that provider's list."""
        bare, meant = _without_prefix(wanted, self._prefixes(known)), self._list_names.get(word.strip().lower())
        found = self._resolve_at(known, bare, region, meant)
        if isinstance(found, Unresolved) and (hosted := host_in(bare)):
            return self._resolve_hosted(*hosted, region)
        return found

    def _resolve_hosted(
        self, host: Host, wanted: str, region: str | None, word: str = ""
    ) -> ResolvedModel | Unresolved:
        named = host_in(wanted)
        model = named[1] if named and named[0] is host else wanted
        known = self.provider_named(word) or self._book_of(host)
        if known is None:
            return Unresolved(f"billed by {host.title}, which no pricebook covers", host.name, model)
        meant = self._list_names.get(word.strip().lower())
        for each in (*_at_host(model, region), wanted, model):
            found = self._resolve_at(known, each, region, meant)
            if isinstance(found, ResolvedModel):
                return found
        maker, _, bare = model.partition("/")  # Vertex AI's `google/gemini-2.5-pro`
        own = self._resolve_at(known, bare, region, meant) if bare else found
        if isinstance(own, ResolvedModel) and isinstance(self.resolve(bare, maker), ResolvedModel):
            return own
        return replace(found, provider=known, model=model)

    def _resolve_anywhere(self, wanted: str, region: str | None) -> ResolvedModel | Unresolved:
        prefix, slash, rest = wanted.partition("/")
        if slash and (known := self.provider_named(prefix)) and not host_named(prefix):
            found = self._resolve_with(known, prefix, rest, region)
            if isinstance(found, Unresolved) and not found.provider and (sellers := self.sellers_of(wanted)):
                return replace(found, reason=f"{found.reason}; {_sold_by(sellers)}")
            return found
        offers = {
            provider: found
            for provider in (self.by_provider.read if self._declared.may_know(wanted) else ())
            if isinstance(found := self._resolve_at(provider, wanted, region), ResolvedModel)
        }
        homes = [found for found in offers.values() if not self.model(found).resold]
        candidates = homes or list(offers.values())
        if len(candidates) == 1 and not homes and (sellers := self.sellers_of(wanted)):
            sold = sorted({*sellers, f"{candidates[0].provider}/{candidates[0].model}"})
            return Unresolved(_unsaid(sold))
        if len(candidates) == 1:
            others = tuple(sorted(provider for provider in offers if provider != candidates[0].provider))
            return replace(candidates[0], also_sold_by=others)
        if candidates:
            names = ", ".join(sorted(found.provider for found in candidates))
            return Unresolved(f"several providers bill it ({names}): name the provider")
        if hosted := host_in(wanted):
            return self._resolve_hosted(*hosted, region, prefix_of(wanted)[0])
        head, rest = prefix_of(wanted)
        if known := self.provider_named(head):  # `openai:gpt-5`
            return self._resolve_with(known, head, rest, region)
        sellers = self.sellers_of(wanted)
        return Unresolved(_unsaid(sellers) if sellers else "no pricebook knows this model")

    def sellers_of(self, wanted: str) -> list[str]:
        """What hosts sell by this name, by the maker's behind its `/`, or with a maker before it, as PROVIDER/MODEL.

        None of them is taken, for the log does not say who bills it.
        """
        names = [name for name in dict.fromkeys((wanted, wanted.rpartition("/")[2])) if self._hosted.may_know(name)]
        found: dict[str, str] = {}
        for provider in sorted(self.by_provider.unread) if names else ():
            for name in names:
                for book in self.by_provider[provider]:
                    if known := self._names_of(book).find(name):
                        found.setdefault(provider, f"{provider}/{known[0]}")
        for provider, model in self._makers_names_at_hosts.get(wanted, ()):
            found.setdefault(provider, f"{provider}/{model}")
        return [found[provider] for provider in sorted(found)]

    @cached_property
    def _makers_names_at_hosts(self) -> Mapping[str, list[tuple[str, str]]]:
        """Of hosts' names that name the maker first, such as `moonshotai/kimi-k2-instruct`, by what is behind it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for provider in self.by_provider.unread:
            for book in self.by_provider[provider]:
                for name in book.models:
                    _, slash, bare = name.rpartition("/")
                    if slash:
                        found.setdefault(bare, []).append((provider, name))
        return found

    def _resolve_at(
        self, provider: str, wanted: str, region: str | None, meant: str | None = None
    ) -> ResolvedModel | Unresolved:
        """`meant`: the list that the provider's name in the log stands for; what it lacks is taken from the others."""
        books = self.by_provider[provider]
        stated = self.region_named(provider, region) if region else None
        chosen = stated or self.regions.get(provider)
        if region and not chosen and len(books) > 1:
            lists = tuple(book.region for book in books)
            said = f"{provider} has no list for the region {region} (it has {', '.join(lists)}): choose with --region"
            return Unresolved(said, lists=lists)
        if chosen:
            books = tuple(book for book in books if book.region == chosen)
        elif meant:
            books = tuple(sorted(books, key=lambda book: book.region != meant))
        for book in books:
            if found := self._names_of(book).find(wanted):
                is_stated = stated or (not chosen and book.region == meant)
                is_default = book.is_default and not meant
                how = "stated" if is_stated else "chosen" if chosen else "default" if is_default else "only list"
                return ResolvedModel(provider, book.region, found[0], found[1], how)
        where = f" ({chosen})" if chosen else ""
        return Unresolved(f"the pricebook of {provider}{where} has no such model")

    def _prefixes(self, provider: str) -> tuple[str, ...]:
        names = [name for name, known in self._provider_names.items() if known == provider]
        return tuple(f"{name}{mark}" for mark in "/:" for name in names)

    def _alias_target(self, target: str, provider: str | None) -> tuple[str | None, str]:
        head, slash, rest = target.partition("/")
        if slash and (known := self.provider_named(head)):
            return known, rest
        return provider, target

    def model(self, found: ResolvedModel) -> Model:
        return self.book(found.provider, found.region).models[found.model]

    def names_of(self, provider: str, model: str) -> tuple[str, ...]:
        """The names of a provider's model, with those that it is billed as on any list and day."""
        entries = [book.models.get(model) for book in self.by_provider.get(provider, ())]
        return tuple(dict.fromkeys((model, *(name for entry in entries if entry for name in entry.names))))

    def block_on(self, provider: str, region: str, model: str, day: date) -> Lookup:
        """The block in force on a price day of the provider (redirects followed), or why there is none."""
        book = self.book(provider, region)
        entry = book.models[model]
        target = _in_force(sorted(entry.redirects), day)
        if target is not None:
            entry = book.models[entry.redirects[target]]
        names = tuple(dict.fromkeys((model, entry.name, *entry.made_names)))
        blocks = [block for block in entry.blocks if block.status not in NEVER_APPLIES]
        position = bisect_right(blocks, day, key=lambda block: block.starts or date.min)
        if not position:
            first = f"{blocks[0].starts}" if blocks else "no day"
            return Lookup(None, book, names, entry.name, f"no price before {first}")
        block = blocks[position - 1]
        if block.withdrawn:
            since = f" from {block.starts} on" if block.starts else ""
            return Lookup(None, book, names, entry.name, f"no price{since}: {block.withdrawn}")
        return Lookup(block, book, names, entry.name, redirected=target)

    def other_lists(self, found: ResolvedModel) -> list[ResolvedModel]:
        """The same model on the provider's other lists: what a default region left aside."""
        others = []
        for book in self.by_provider[found.provider]:
            if book.region != found.region and (name := self._names_of(book).find(found.model)):
                others.append(ResolvedModel(found.provider, book.region, name[0], name[1], "other list"))
        return others

    def model_names(self) -> list[str]:
        """Every model as `provider/model`, for suggestions."""
        return sorted({f"{book.provider}/{name}" for book in self.books for name in book.models})

    def known_names(self) -> list[str]:
        """Every bare name and alias, for suggestions."""
        names = {name for book in self.books for name in book.models}
        names.update(alias for book in self.books for model in summaries(book).values() for alias in model.aliases)
        return sorted(name for name in names if "*" not in name)

    def sells_tokens(self, name: str) -> bool:
        """Whether `provider/model` has a price by the token, on any of its lists and days."""
        provider, _, model = name.partition("/")
        entries = (book.models.get(model) for book in self.by_provider[provider])
        return any(
            meters().by_name[meter].unit == "token"
            for entry in entries
            if entry
            for block in entry.blocks
            for section in block.sections()
            for rates in (section.rates, *(band.rates for band in section.all_bands()))
            for meter in rates
        )

    def models_at(self, provider: str) -> Iterator[str]:
        return (f"{provider}/{name}" for book in self.by_provider.get(provider, ()) for name in book.models)


def _unsaid(sellers: Sequence[str]) -> str:
    return f"the log does not say who bills it: {_sold_by(sellers)}"


def _sold_by(sellers: Iterable[str]) -> str:
    return f"sold by {', '.join(each.partition('/')[0] for each in sellers)}"


def _models_of(book: Book) -> Iterator[tuple[str, str]]:
    for name, summary in summaries(book).items():
        yield book.provider, name
        if summary.made_as:
            yield book.provider, summary.made_as.rpartition("/")[2]


def _at_host(name: str, region: str | None) -> Iterator[str]:
    """What a host's one book may call the model where requests stay in a region: `eu/gpt-5`, `regional/gemini-3.8-flash`."""
    path = next((found for pattern in _PATHS if (found := pattern.fullmatch(name))), None)
    bare = path["model"] if path else name
    stated = (path["place"] if path else None) or (region or "").strip().lower()
    for prefix in (f"{stated}/", "regional/") if stated and stated != "global" else ():
        yield f"{prefix}{bare}"
    if path and not stated.startswith("us-gov-"):  # prices there are of their own
        yield bare


class _BookNames:
    """The names one book declares, compiled once."""

    def __init__(self, book: Book) -> None:
        self.exact = {name: name for name in book.models}
        self.aliases: dict[str, str] = {}
        self.patterns: list[tuple[str, str]] = []
        for name, summary in summaries(book).items():
            for alias in summary.aliases:
                if "*" in alias:
                    self.patterns.append((alias, name))
                else:
                    self.aliases.setdefault(alias, name)
        self.date_suffixes = book.date_suffixes

    def find(self, wanted: str) -> tuple[str, str] | None:
        """The model and how its name was found; a name that stands in the book itself goes first."""
        if wanted in self.exact:
            return wanted, "exact"
        if wanted in self.aliases:
            return self.aliases[wanted], "alias"
        if (tuned := _TUNED.match(wanted)) and (target := self.exact.get(tuned[1]) or self.aliases.get(tuned[1])):
            return target, "pattern"
        base = _DATE_SUFFIX.sub("", wanted)
        if self.date_suffixes and base != wanted:
            target = self.exact.get(base) or self.aliases.get(base)
            if target:
                return target, "date suffix"
        for pattern, model in self.patterns:
            if glob_matches(pattern, wanted):
                return model, "pattern"
        newest = _LATEST.fullmatch(wanted) if self.date_suffixes else None
        target = newest and (self.exact.get(newest[1]) or self.aliases.get(newest[1]))
        return (target, "latest") if target else None


class _Declared:
    """Every name and alias of some books, and what matches any of their patterns."""

    def __init__(self, books: Sequence[_BookNames]) -> None:
        patterns = {glob_pattern(pattern) for names in books for pattern, _ in names.patterns}
        self._names = frozenset(name for names in books for name in (*names.exact, *names.aliases))
        self._patterns = re.compile("|".join(sorted(patterns)) or "(?!)")

    def may_know(self, wanted: str) -> bool:
        """Whether some of the books may know the name; of names that none knows a log can have many."""
        names, newest = self._names, _LATEST.fullmatch(wanted)
        tuned = _TUNED.match(wanted)
        bases = {wanted, _DATE_SUFFIX.sub("", wanted), newest[1] if newest else wanted, tuned[1] if tuned else wanted}
        return not names.isdisjoint(bases) or self._patterns.fullmatch(wanted) is not None


def _without_prefix(name: str, prefixes: Iterable[str]) -> str:
    return next((name[len(prefix) :] for prefix in prefixes if name.startswith(prefix)), name)


def _in_force(days: list[date], day: date) -> date | None:
    position = bisect_right(days, day)
    return days[position - 1] if position else None
