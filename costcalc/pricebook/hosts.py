"""Hosts: who bills a model's name. `azure/gpt-5` is billed by Azure, `us.anthropic.claude-sonnet-4-5-v1:0` by Bedrock."""

from __future__ import annotations

import re
from functools import cache

from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Host:
    """Who sells other makers' models at prices of its own, and the words that logs have for it."""

    name: str
    title: str
    words: tuple[str, ...] = ()


BEDROCK = Host(
    "bedrock", "Amazon Bedrock",
    ("aws-bedrock", "aws_bedrock", "aws.bedrock", "aws bedrock", "amazon-bedrock", "amazon_bedrock", "amazon bedrock",
     "bedrock_converse", "bedrock-converse", "bedrock-runtime", "bedrock_mantle", "anthropic-bedrock", "anthropic_bedrock"),
)  # fmt: skip
VERTEX = Host(
    "vertex_ai", "Google Vertex AI",
    ("vertex", "vertexai", "vertex-ai", "vertex ai", "vertex_ai_beta", "google-vertex", "google_vertex", "google.vertex",
     "google-vertexai", "google_vertexai", "google vertex", "google-vertex-anthropic", "anthropic-vertex", "anthropic_vertex",
     "gcp.vertex_ai", "gcp.vertex.agent"),
)  # fmt: skip
HOSTS = (
    BEDROCK,
    VERTEX,
    Host(
        "azure", "Azure",
        ("azure-openai", "azure_openai", "azure openai", "azureopenai", "azure_text", "azure.ai.openai", "az.ai.openai"),
    ),
    Host(
        "azure_ai", "Azure AI Foundry",
        ("azure-ai", "azure.ai.inference", "az.ai.inference", "azure-ai-foundry", "azure_ai_foundry", "azure-foundry",
         "microsoft-foundry", "microsoft.foundry"),
    ),
    Host("openrouter", "OpenRouter", ("open-router", "open_router", "openrouter.ai")),
    Host("vercel_ai_gateway", "Vercel AI Gateway", ("vercel", "vercel-ai-gateway")),
    Host("cloudflare", "Cloudflare", ("cloudflare-ai-gateway", "cloudflare-workers-ai", "workers-ai")),
    Host("github", "GitHub", ("github-models", "github_models", "github_copilot", "github-copilot")),
    Host("databricks", "Databricks"),
    Host("snowflake", "Snowflake"),
    Host("oci", "Oracle Cloud", ("oracle", "oracle-oci", "oci_genai")),
    Host("watsonx", "IBM watsonx", ("ibm.watsonx.ai", "ibm-watsonx", "watsonx_text")),
    Host("ai360", "360 AI", ("ai-360", "360ai", "360智脑", "360 智脑")),
    Host("baseten", "Baseten"),
    Host("cerebras", "Cerebras"),
    Host("deepinfra", "DeepInfra", ("deep-infra", "deep_infra")),
    Host("fal", "fal", ("fal_ai", "fal-ai", "fal.ai")),
    Host("fireworks_ai", "Fireworks", ("fireworks", "fireworks-ai")),
    Host("groq", "Groq", ("groqcloud",)),
    Host("huggingface", "Hugging Face", ("hugging-face", "hf")),
    Host("hyperbolic", "Hyperbolic"),
    Host("infiniai", "Infini AI", ("infini-ai", "infinigence", "无问芯穹")),
    Host("nebius", "Nebius", ("nebius-ai", "nebius_ai", "nebius-token-factory")),
    Host("novita", "Novita", ("novita-ai", "novita_ai")),
    Host("nvidia_nim", "NVIDIA NIM", ("nvidia", "nvidia-nim")),
    Host("ovhcloud", "OVHcloud", ("ovh", "ovhcloud-ai-endpoints")),
    Host("perplexity", "Perplexity", ("perplexity-ai", "perplexity_ai", "pplx")),
    Host("ppio", "PPIO", ("ppinfra", "派欧云")),
    Host("qiniu", "Qiniu", ("七牛云",)),
    Host("replicate", "Replicate"),
    Host("sambanova", "SambaNova"),
    Host("scaleway", "Scaleway"),
    Host("siliconflow", "SiliconFlow", ("silicon-flow", "siliconcloud", "硅基流动")),
    Host("streamlake", "StreamLake", ("kwaikat",)),
    Host("together_ai", "Together AI", ("together", "together-ai", "togetherai", "together.ai")),
)  # fmt: skip

LABELS_OF_HOSTS = ("image_quality", "image_size")  # on which prices of a host depend: its book is read later

# Bedrock's own ids: [region profile.]vendor.model, `eu.anthropic.claude-sonnet-4-6`, `mistral.mistral-large-2402-v1:0`.
_PROFILE = r"(?:us|us-gov|eu|apac|au|jp|ca|sa|me|af|in|uk|kr|il|global)"
_VENDOR = (
    r"(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen"
    r"|stability|twelvelabs|writer|xai|zai)"
)
_BEDROCK_ID = re.compile(rf"(?:{_PROFILE}\.)?{_VENDOR}\.[a-z0-9][a-z0-9._:@-]*")
_BEDROCK_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:.*")
_VERTEX_PATH = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/.+")

_VENDOR_HEAD = re.compile(rf"^(?:{_PROFILE}\.)?({_VENDOR})\.")
_SPACE = re.compile(r"[\s_]+")
_VERSION = re.compile(r"-v\d+(?::\d+)?(?::\d+k)?$|:\d+(?:k)?$")


def host_named(word: str) -> Host | None:
    """The host that a log's word for a provider means: `together`, `Together AI`."""
    wanted = word.strip().lower()
    return _by_word().get(wanted) or _by_word().get(_SPACE.sub("-", wanted))


def host_in(name: str) -> tuple[Host, str] | None:
    """The host that a model's name says, and what it calls the model: `azure/gpt-5` is Azure's gpt-5."""
    head, rest = prefix_of(name)
    if head and (host := host_named(head)):
        return host, rest
    if not head and "." not in name:
        return None
    if _BEDROCK_ID.fullmatch(name) or _BEDROCK_ARN.fullmatch(name):
        return BEDROCK, name
    return (VERTEX, name) if _VERTEX_PATH.fullmatch(name) else None


def makers_name(name: str) -> tuple[str, str]:
    """The maker ("" if it is not said) and the bare model of a name that a host uses."""
    *path, last = name.split("/")
    vendor = _VENDOR_HEAD.match(last)
    bare = _VERSION.sub("", last[vendor.end() :] if vendor else last)
    if vendor:
        return vendor[1], bare
    # `anthropic/claude-sonnet-4.5` at OpenRouter, `publishers/anthropic/models/claude-sonnet-4-5` at Vertex AI
    makers = [part for part in path if part not in ("publishers", "models")]
    return (makers[-1] if makers else ""), bare


def prefix_of(name: str) -> tuple[str, str]:
    """What stands before the first `/` or `:` of a name, and the rest; nothing where neither stands in it."""
    if "/" not in name and ":" not in name:
        return "", name
    parted = re.match(r"([^/:]+)[/:](.+)", name)
    return (parted[1], parted[2]) if parted else ("", name)


@cache
def _by_word() -> dict[str, Host]:
    return {word: host for host in HOSTS for word in (host.name, host.title.lower(), *host.words)}
