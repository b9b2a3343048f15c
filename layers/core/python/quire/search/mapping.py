"""The index of messages: its mapping and analysis, its version, and how indexes are named.

Only what OpenSearch Serverless has too: no shard settings, no ingest pipelines, no custom plugins.
"""

from typing import Any

from quire.domain.ids import TenantId
from quire.domain.time import nanoseconds

MAPPING_VERSION = 4
"""Raised whenever fields are added; existing indexes are then extended in place where the fields need no analysis that
they lack, and what is already in them gets the new fields by a rebuild from the archive."""

ANALYSIS_VERSION = 4
"""Raised whenever analysis is added or changed. An index keeps the analysis it was made with: until it is rebuilt, it
takes whole documents and searches them as it always did (:func:`extension`)."""

TEMPLATE_NAME = "quire-messages"
UNDATED = "1970-01"
"""Month of messages whose time cannot be one: platforms are old, but not that old."""

FIRST_TIME, LAST_TIME = "1970-01-01T00:00:00Z", "2255-01-01T00:00:00Z"
"""What a ``date_nanos`` field can hold (until 2262) and what has exact microseconds in any JSON number (until 2255)."""

_FIRST_INSTANT, _LAST_INSTANT = nanoseconds(FIRST_TIME), nanoseconds(LAST_TIME)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099

STEMMED: dict[str, tuple[str, ...]] = {
    "ar": ("decimal_digit", "arabic_normalization", "stems_ar"),
    "da": ("stems_da",),
    "de": ("german_normalization", "stems_de"),
    "es": ("stems_es",),
    "fi": ("stems_fi",),
    "fr": ("elision", "stems_fr"),
    "hu": ("stems_hu",),
    "it": ("stems_it",),
    "nl": ("stems_nl",),
    "no": ("stems_no",),
    "pt": ("stems_pt",),
    "ru": ("stems_ru",),
    "sv": ("stems_sv",),
}
"""Languages whose words are stemmed in a field of their own (:func:`words_field`), and how: token filters. English is
``content``'s."""
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "light_german",
    "es": "light_spanish",
    "fi": "finnish",
    "fr": "light_french",
    "hu": "hungarian",
    "it": "light_italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "light_portuguese",
    "ru": "russian",
    "sv": "swedish",
}


COMBINING = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
"""Accents that stand beside their letter (file names of some systems, dictation), points of Hebrew and Arabic: a class
of characters for a regular expression."""
UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
    "\u1780-\u17b3\u17d7\u17dc\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f"
)
"""Letters of Thai, Lao, Burmese and Khmer, which put no spaces between words: a class of characters."""
_FOLDED = (
    *("cjk_width", "lowercase", "marks", "decimal_digit"),
    *("arabic_normalization", "persian_normalization", "asciifolding"),
)


def read_alias(tenant: TenantId) -> str:
    """What every search of a tenant goes through."""
    return f"{tenant}-messages"


def month_of(timestamp: str) -> str:
    """``yyyy-mm`` of the index a message of this time lies in.

    A platform's clock may say anything; what no platform can have meant shares one index, so that the number of
    indexes stays bounded.
    """
    return timestamp[:7] if _FIRST_YEAR <= int(timestamp[:4]) <= _LAST_YEAR else UNDATED


def place_in_time(timestamp: str, message_id: str) -> tuple[int, str]:
    """What messages are sorted by: microseconds since 1970, then the remaining nanoseconds and the id.

    Nanoseconds alone would be beyond 2^53, where neither every engine nor every client of its answers is exact.
    """
    micros, nanos = divmod(nanoseconds(indexable_time(timestamp)), 1000)
    return micros, f"{nanos:03d}{message_id}"


def index_name(tenant: TenantId, timestamp: str) -> str:
    """The index that holds a message sent at ``timestamp``."""
    return f"{read_alias(tenant)}-{month_of(timestamp)}"


def indexable_time(timestamp: str) -> str:
    """``timestamp`` if a ``date_nanos`` field can hold it, else the nearest instant that fits."""
    instant = nanoseconds(timestamp)
    if instant < _FIRST_INSTANT:
        return FIRST_TIME
    return LAST_TIME if instant > _LAST_INSTANT else timestamp


def words_field(language: str) -> str:
    """The field of all texts of a message in one of the languages ``STEMMED``."""
    return f"words_{language}"


def template() -> dict[str, Any]:
    """The index template: a net below :func:`index_body`, should a write ever create an index by itself."""
    return {
        "index_patterns": ["*-messages-*"],
        "template": {"settings": settings(), "mappings": mappings()},
        "_meta": {"quire_mapping": MAPPING_VERSION},
    }


def index_body(alias: str | None = None) -> dict[str, Any]:
    """What a new monthly index is created with, the alias that leads to it included, if one does from the start."""
    led: dict[str, Any] = {} if alias is None else {"aliases": {alias: {}}}
    return {"settings": settings(), "mappings": mappings(), **led}


def extension(analysis: int) -> dict[str, Any]:
    """What is added to the mapping of an index that was made with this version of the analysis.

    To one of an older version, fields that need none; what else a document has stands in it unsearched by field.
    """
    whole = mappings()
    if analysis >= ANALYSIS_VERSION:
        return whole
    fields = {name: field for name, field in whole["properties"].items() if "analyzer" not in field}
    meta = {"quire_mapping": MAPPING_VERSION, "quire_analysis": analysis}
    return {"dynamic": False, "_meta": meta, "properties": fields}


def settings() -> dict[str, Any]:
    """Analysis: ``message`` stems English, ``exact`` keeps every word as it is written, ``bigram`` is for CJK phrases,
    ``words_<language>`` stems another language.

    Case, accents (composed or not), points of Hebrew and Arabic, the forms of a letter or a digit, the shape of an
    apostrophe and the width of a letter never decide; no analyzer drops stop words, because "to be or not to be" is a
    thing people search for. ``message`` takes "don't" and "dont" for the same. ``spaced`` is for
    texts that were taken apart before (:func:`quire.search.query.analysis.apart`).
    """
    return {
        "analysis": {
            "filter": {
                "stems": {"type": "stemmer", "language": "porter2"},
                "marks": {"type": "pattern_replace", "pattern": f"[{COMBINING}]", "replacement": ""},
                "negations": {"type": "pattern_replace", "pattern": "n't$", "replacement": "nt"},
                "possessives": {"type": "pattern_replace", "pattern": "'s$", "replacement": ""},
                **{f"stems_{code}": {"type": "stemmer", "language": name} for code, name in _STEMMERS.items()},
            },
            "analyzer": {
                "message": _analyzer(*_FOLDED, "negations", "possessives", "stems"),
                "exact": _analyzer(*_FOLDED),
                "bigram": _analyzer("cjk_width", "lowercase", "cjk_bigram"),
                "spaced": {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase"]},
                **{
                    words_field(language): _analyzer("cjk_width", "lowercase", "marks", *stemmed, "asciifolding")
                    for language, stemmed in STEMMED.items()
                },
            },
        }
    }


def mappings() -> dict[str, Any]:
    """The fields; ``dynamic: strict``, so that a document with another one fails instead of widening the index."""
    return {
        "dynamic": "strict",
        "_meta": {"quire_mapping": MAPPING_VERSION, "quire_analysis": ANALYSIS_VERSION},
        "properties": {**_identity(), **_words(), **_flags(), **_stored()},
    }


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "standard", "filter": list(filters)}


def _identity() -> dict[str, Any]:
    ids = (
        "tenant_id message_id connection_id platform platform_id workspace_id channel_id channel_platform_id "
        "channel_type user_id user_platform_id user_type thread_id parent_message_id content_type system importance "
        "tags compliance_flags mentioned mentioned_ids actors symbols tokens emoji language file_types pii sentiment "
        "holds"
    )
    return {
        **dict.fromkeys(ids.split(), _KEYWORD),
        "channel_name": _KEYWORD,
        "user_name": _KEYWORD,
        "timestamp": {"type": "date_nanos"},
        "instant": {"type": "long"},
        "place": _KEYWORD,
        "edited_at": {"type": "date_nanos"},
        "deleted_at": {"type": "date_nanos"},
        "captured_at": {"type": "date_nanos"},
        "indexed_at": {"type": "date_nanos"},
        "changed_at": {"type": "date_nanos"},
        "revision": {"type": "long"},
    }


def _words() -> dict[str, Any]:
    return {
        "content": _TEXT,
        "subject": _TEXT,
        "history": _TEXT,
        "attachment_text": _TEXT,
        "file_names": _TEXT,
        **{words_field(each): {"type": "text", "analyzer": words_field(each)} for each in STEMMED},
        "parts": {"type": "text", "analyzer": "message"},
        "unspaced": {"type": "text", "analyzer": "spaced"},
        "unspaced_before": {"type": "text", "analyzer": "spaced"},
        "attachments": {
            "type": "nested",
            "properties": {
                "attachment_id": _KEYWORD,
                "kind": _KEYWORD,
                "name": _KEYWORD,
                "content_type": _KEYWORD,
                "detected_type": _KEYWORD,
                "sha256": _KEYWORD,
                "status": _KEYWORD,
                "reason": _KEYWORD,
                "text_status": _KEYWORD,
                "storage_key": _STORED,
                "storage_version": _STORED,
                "thumbnail_key": _STORED,
                "extracted_text": _TEXT,
                "size": {"type": "long"},
                "removed": {"type": "boolean"},
                "forwarded": {"type": "boolean"},
                "source_message_id": _STORED,
                "url": _STORED,
                "text": {"type": "text", "index": False},
            },
        },
    }


def _flags() -> dict[str, Any]:
    names = (
        "is_edited is_deleted is_system is_external is_flagged is_broadcast is_reply has_attachments has_links "
        "has_reactions has_mentions"
    )
    return {name: {"type": "boolean"} for name in names.split()}


def _stored() -> dict[str, Any]:
    """Kept in the document for whoever reads it, invisible to every query."""
    names = "versions reactions mentions deleted_by exact_times events evidence"
    return {name: {"type": "object", "enabled": False} for name in names.split()}


_KEYWORD: dict[str, Any] = {"type": "keyword", "ignore_above": 1024}
_STORED: dict[str, Any] = {"type": "keyword", "index": False, "doc_values": False}
_TEXT: dict[str, Any] = {
    "type": "text",
    "analyzer": "message",
    "fields": {
        "exact": {"type": "text", "analyzer": "exact"},
        "cjk": {"type": "text", "analyzer": "bigram"},
    },
}
