"""Column names: what people call the columns of a plain table, and what a column's values must be to mean it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from costcalc.money import SIGNS

# Every meaning with the names people give it, written without case, spaces, dashes and underscores.
SYNONYMS = {
    "timestamp": "timestamp time datetime ts createdat created starttime startedat requesttime requestedat eventtime "
    "occurredat loggedat timestamputc timeutc createdatutc 时间 请求时间 调用时间 创建时间 开始时间",
    "date": "date day usagedate dateutc utcdate dayutc 日期 用量日期 使用日期 调用日期",
    "month": "month period billingmonth usagemonth yearmonth 月份",
    "until": "until bucketend periodend",
    "provider": "provider vendor platform modelprovider llmprovider providername 供应商 服务商 厂商",
    "model": "model modelname modelid llm llmmodel modelversion 模型 模型名 模型名称 模型id",
    "region": "region location regionid cloudregion 地域",
    "service_tier": "servicetier tier processingtier pricingtier",
    "thinking": "thinking thinkingmode isthinking thinkingenabled enablethinking",
    "input_tokens": "inputtokens prompttokens tokensin intokens intok input prompt tokensinput tokensprompt "
    "inputtokencount prompttokencount numinputtokens totalinputtokens inputtoken prompttoken ntokensin ninput "
    "输入token 输入tokens 输入token数 输入tokens数 提示token 提示tokens 提示token数 提示tokens数",
    "uncached_input_tokens": "uncachedinputtokens inputuncachedtokens uncachedtokens noncachedinputtokens "
    "freshinputtokens cachemisstokens promptcachemisstokens inputtokensnocache cachemisses uncached "
    "inputmisstokens inputwocachewrite",
    "output_tokens": "outputtokens completiontokens tokensout outtokens outtok output completion completions "
    "tokensoutput tokenscompletion outputtokencount completiontokencount candidatestokencount numoutputtokens "
    "totaloutputtokens outputtoken completiontoken generatedtokens ntokensout noutput "
    "输出token 输出tokens 输出token数 输出tokens数 补全token 补全tokens 补全token数 补全tokens数",
    "cache_read_tokens": "cachereadtokens cachedtokens cachedinputtokens cachereadinputtokens inputcachedtokens "
    "cachehits cachehittokens promptcachehittokens cached cachedprompttokens cacheread cachereads tokenscached "
    "cachedcontenttokencount cachedinput cachetokens inputhittokens 缓存token 缓存tokens 缓存命中token 缓存命中tokens",
    "cache_read_explicit_tokens": "cachereadexplicittokens explicitcachetokens explicitcachehittokens",
    "cache_write_tokens": "cachewritetokens cachecreationtokens cachecreationinputtokens cachewrites "
    "cachewriteinputtokens cachecreation cachewrite inputcachewritetokens inputwcachewrite",
    "cache_write_5m_tokens": "cachewrite5mtokens cachewrite5m ephemeral5minputtokens cachecreation5mtokens",
    "cache_write_1h_tokens": "cachewrite1htokens cachewrite1h ephemeral1hinputtokens cachecreation1htokens",
    "reasoning_tokens": "reasoningtokens reasoningoutputtokens thinkingtokens thoughtstokens thoughtstokencount "
    "reasoning thoughts tokensreasoning outputreasoningtokens",
    "audio_input_tokens": "audioinputtokens inputaudiotokens audiointokens audioin",
    "audio_output_tokens": "audiooutputtokens outputaudiotokens audioouttokens audioout",
    "image_input_tokens": "imageinputtokens inputimagetokens imageintokens",
    "image_output_tokens": "imageoutputtokens outputimagetokens imageouttokens",
    "video_input_tokens": "videoinputtokens inputvideotokens videointokens",
    "cache_read_audio_tokens": "cachereadaudiotokens cachedaudiotokens inputcachedaudiotokens",
    "requests": "requests calls count numrequests requestcount nrequests apirequests nummodelrequests callcount "
    "numcalls ncalls apicalls totalrequests requestscount 请求数 请求次数 调用数 调用次数",
    "web_searches": "websearches websearchcount websearchrequests searches",
    "images": "images imagecount numimages generatedimages",
    "audio_seconds": "audioseconds secondsofaudio",
    "video_seconds": "videoseconds secondsofvideo",
    "videos": "videos videocount numvideos generatedvideos",
    "characters": "characters charactercount numcharacters inputcharacters",
    "pages": "pages pagecount numpages",
    "cache_storage_token_hours": "cachestoragetokenhours",
    "gpu_hours": "gpuhours gpuhrs gpuh",
    "instance_hours": "instancehours instancehrs",
    "instance_months": "instancemonths",
    "storage_gb_months": "storagegbmonths storagegbmonth gbmonths gbmonth",
    "cost": "cost totalcost spend computedcost estimatedcost 费用",
    "billed_cost": "billedcost amountdue billed billedamount invoicedcost invoicedamount",
    "currency": "currency costcurrency billingcurrency currencycode",
    "revenue": "revenue income sales turnover",
    "revenue_currency": "revenuecurrency",
    "failed": "failed",
    "request_id": "requestid responseid generationid completionid xrequestid llmrequestid apirequestid 请求id 请求编号",
}
# Never priced, but what was read must come to it.
TOTALS = frozenset(
    ["totaltokens", "tokens", "tokenstotal", "totaltokencount", "tokencount", "总token", "总tokens", "总token数"]
)
_PERHAPS_TOTALS = frozenset(["total"])  # of tokens, or of money
ANTHROPIC = {  # Anthropic's own names: its three classes of input exclude each other
    "input_tokens": "inputtokens",
    "cache_read_tokens": "cachereadinputtokens",
    "cache_write_tokens": "cachecreationinputtokens",
}
# Names that also mean something of the customer's: they have the meaning only if a value is one.
_BY_VALUE = {
    "platform": re.compile(
        "openai|azure.*|anthropic|claude|google.*|gemini|vertex.*|aws|amazon.*|bedrock|alibaba.*|aliyun|dashscope|qwen|baidu|"
        "qianfan|deepseek.*|minimax|mistral.*|moonshot.*|kimi|tencent.*|volcengine|volc|bytedance|doubao|xai|x-ai|grok|"
        "xiaomi|mimo|zhipu.*|bigmodel|z-?ai|openrouter|together.*|fireworks.*|groq|cohere|perplexity|siliconflow|selfhosted"
    ),
    "tier": re.compile("standard.*|default|auto|batch|flex|priority|fast|scale|provisioned.*|on[_-]?demand|reserved"),
    "location": re.compile(
        "global|intl|international|multi-?region|(us|eu|cn|ap|apac|ca|sa|me|af|il|uk)(-.*)?|.*[a-z]-?[0-9]"
    ),
}
_BARE = frozenset(
    ["input", "prompt", "output", "completion", "completions", "reasoning", "thoughts", "images", "searches"]
)
_PERHAPS_FLAGS = frozenset(["cached", "cacheread", "cachewrite", "cachehits", "uncached", "reasoning", "thoughts"])
_CACHE_FLAGS = frozenset(
    [
        "cached",
        "cacheread",
        "cachehit",
        "cachehits",
        "iscached",
        "wascached",
        "fromcache",
        "isfromcache",
        "servedfromcache",
        "incache",
    ]
)
_YES_OR_NO = frozenset(["true", "false", "yes", "no", "y", "n", "t", "f", "hit", "miss"])
_CURRENCIES = frozenset(
    [
        "usd",
        "eur",
        "cny",
        "gbp",
        "jpy",
        "krw",
        "inr",
        "chf",
        "cad",
        "aud",
        "sgd",
        "hkd",
        "brl",
        "sek",
        "nok",
        "dkk",
        "pln",
        "twd",
    ]
)
_CURRENCY_WORDS = {
    "美元": "USD", "欧元": "EUR", "港元": "HKD", "日元": "JPY", "英镑": "GBP", "人民币": "CNY", "元": "CNY", "円": "JPY", "원": "KRW",
    **{sign.lower(): code for sign, code in sorted(SIGNS.items(), key=lambda each: -len(each[0]))},
}  # fmt: skip
_OF_PEOPLE = re.compile(r"[^\s@]@[^\s@]|\b(sk|pk|rk|gsk|xai|ghp|key)[-_][\w-]{8,}|[0-9a-fA-F]{24,}")
_NUMBER = re.compile(r"\d+(\.0*)?|\d{1,3}([,.]\d{3})+|\d(\.\d+)?[eE]\+?\d{1,2}")
TYPED = ["2"]  # what stands for the texts of a column whose type is a number
FLAG = ["true", "false"]  # and whose type is yes or no
NOT_STATED = frozenset(
    ["null", "none", "n/a", "na", "nan", "-", "–", "—", "\\n", "(null)", "nil", "#n/a"]
)  # words for an empty cell


def canonical(name: str) -> str:
    """The name without case, spaces, dashes, underscores, dots and brackets."""
    return re.sub(r"[\s\-_.()（）\[\]/]+", "", name).lower()


def last_of(path: str) -> str:
    """The last step of a path into JSON; a name that is no path stays whole."""
    return re.split(r"::|\.", path)[-1] or path


def shown_path(path: str) -> str:
    """The path, if it may be shown: a map may have people's addresses or keys in the place of names."""
    return "(an address or a key)" if _OF_PEOPLE.search(path) else path


def parent_of(path: str) -> str:
    """What a path lies in; "" for a name that is none."""
    return path[: -len(last_of(path))].rstrip(".:")


@lru_cache
def meaning_by_name() -> dict[str, str]:
    found = {word: meaning for meaning, words in SYNONYMS.items() for word in words.split()}
    found.update({canonical(meaning): meaning for meaning in SYNONYMS})
    return found


def is_meaning(name: str) -> bool:
    """Whether `--map name=…` names a meaning; other names are dimensions."""
    return canonical(name) in meaning_by_name()


def without_currency(name: str) -> tuple[str, str]:
    """A column's name, canonical, without the currency that it ends with, and its code: `amount_usd`, `Cost (EUR)`, `金额(元)`."""
    found = canonical(name)
    if found[-3:] in _CURRENCIES:
        return found[:-3], found[-3:].upper()
    word = next((word for word in _CURRENCY_WORDS if found.endswith(word)), "")
    return (found.removesuffix(word), _CURRENCY_WORDS[word]) if word else (found, "")


def is_total(column: str, samples: Sequence[str]) -> bool:
    """Whether the column states all tokens of a row."""
    name = canonical(column)
    return name in TOTALS or (name in _PERHAPS_TOTALS and are_counts(samples))


def is_dropped(column: str) -> bool:
    """Whether the column is neither counted nor a dimension."""
    return canonical(column) in TOTALS | _PERHAPS_TOTALS


def meaning_of(column: str, samples: Sequence[str]) -> tuple[str, str]:
    """What a column means, and the currency that its name ends with; "" where the name, or its values, say nothing.

    An id means nothing of its row's figures: there may be several, and each stays a dimension.
    """
    name, known = canonical(column), meaning_by_name()
    if name in known:
        if known[name] == "request_id":
            return "", ""
        is_it = (name not in _BARE or are_counts(samples)) and not has_other_values(column, samples)
        is_it = is_it and not (name in _PERHAPS_FLAGS and says_yes_or_no(samples))
        return (known[name], "") if is_it else ("", "")
    stem, currency = without_currency(column)
    if currency and known.get(stem) in ("cost", "billed_cost", "revenue"):
        return known[stem], currency
    return "", ""


def has_other_values(column: str, samples: Sequence[str]) -> bool:
    """Whether none of the values is what the name can mean: a tier "pro", a platform "ios"."""
    pattern, values = _BY_VALUE.get(canonical(column)), stated(samples)
    return bool(pattern and values) and not any(pattern.fullmatch(value.lower()) for value in values)  # type: ignore[union-attr]


def says_cached(column: str, samples: Sequence[str]) -> bool:
    """Whether the column answers with yes or no whether something was cached, and not how much."""
    return canonical(column) in _CACHE_FLAGS and says_yes_or_no(samples)


def says_yes_or_no(samples: Sequence[str]) -> bool:
    """Whether a column answers a question: one called "cached" may do so."""
    values = {text.lower() for text in stated(samples)}
    return bool(values) and values <= _YES_OR_NO


def stated(samples: Sequence[str]) -> list[str]:
    """The texts that say something."""
    return [text.strip() for text in samples if text.strip() and text.strip().lower() not in NOT_STATED]


def are_counts(samples: Sequence[str]) -> bool:
    """Whether the texts are whole numbers; of a column that was not looked at nothing else is known."""
    values = stated(samples)
    return all(_NUMBER.fullmatch(text) for text in values) and bool(values or not samples)
