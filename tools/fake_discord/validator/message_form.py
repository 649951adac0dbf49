"""What a message may hold: the checks of its body, for channels, webhooks and interaction replies alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.validator.component_form import ROW, check_v2, read_components
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.refusals import RefusalError

if TYPE_CHECKING:
    from tools.fake_discord.operations.messages import Message

CONTENT, EMBEDS, EMBED_TOTAL = 2000, 10, 6000
SETTABLE = 1 << 2 | 1 << 6 | 1 << 12 | 1 << 13 | 1 << 15
"""Flags that a sender may set: no embeds, ephemeral, silent, voice, components V2."""
V2 = 1 << 15
_EMBED_TEXTS = {"title": 256, "description": 4096}
_PARTS = {"footer": ("text", 2048), "author": ("name", 256)}
_EMBED_KEYS = (*_EMBED_TEXTS, *_PARTS, "url", "color", "timestamp", "fields")
"""What is kept of an embed. Pictures are not modelled."""


def read_message(form: Form, before: Message | None = None) -> dict[str, Any]:
    """Read content, embeds, components and flags; `before` is the message that is edited, if one is.

    Raises: RefusalError 50035 for what is malformed, 50006 if nothing would be left to show.
    """
    read: dict[str, Any] = {}
    if "content" in form:
        read["content"] = form.text("content", 0, CONTENT) or ""
    if "embeds" in form:
        read["embeds"] = _read_embeds(form)
    if "components" in form:
        read["components"] = read_components(form)
    flags = _read_flags(form, before.flags if before else 0)
    if flags is not None:
        read["flags"] = flags
    _check_v2(form, read, before)
    _check_nonce(form)
    _check_mentions(form)
    form.close()
    _need_something(read, before)
    return read


def _read_flags(form: Form, before: int) -> int | None:
    flags = form.number("flags", 0, 1 << 30)
    if flags is None:
        return None
    return (before & ~(1 << 2)) | (flags & SETTABLE)


def _check_v2(form: Form, read: dict[str, Any], before: Message | None) -> None:
    """With components V2 a message has neither content nor embeds, and up to 40 components; else it has 5 rows."""
    flags = read.get("flags", before.flags if before else 0)
    rows = read.get("components", ())
    if flags & V2:
        for name in ("content", "embeds"):
            if read.get(name):
                form.wrong(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"{name} cannot be used here")
        check_v2(form, rows)
        return
    if len(rows) > 5:
        form.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for index, row in enumerate(rows):
        if row.get("type") != ROW:
            Form({}, parent=form, at=("components", str(index))).wrong(
                "type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).'
            )


def _check_nonce(form: Form) -> None:
    nonce = form.body.get("nonce")
    if isinstance(nonce, str):
        form.text("nonce", 0, 25)
    elif nonce is not None:
        form.number("nonce", -(1 << 63), (1 << 63) - 1)


def _check_mentions(form: Form) -> None:
    """Check who may be notified: whole sorts, or up to 100 users and roles by id, but not both of one sort."""
    allowed = form.body.get("allowed_mentions")
    if allowed is None:
        return
    rules = Form(allowed, parent=form, at=(*form.at, "allowed_mentions"))
    for name in ("parse", "users", "roles"):
        listed = rules.body.get(name) or []
        if not isinstance(listed, list) or len(listed) > 100 or not all(isinstance(each, str) for each in listed):
            rules.wrong(name, "LIST_TYPE_CONVERT", "Only up to 100 strings may be used here")
        elif name in (rules.body.get("parse") or ()) and listed:
            rules.wrong(
                name, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f'parse:["{name}"] and {name}: [ids...] exclude'
            )


def _need_something(read: dict[str, Any], before: Message | None) -> None:
    for name in ("content", "embeds", "components"):
        if read.get(name, getattr(before, name, None)):
            return
    raise RefusalError(50006)


def _read_embeds(form: Form) -> tuple[Any, ...]:
    read = [(_read_embed(each), each.body) for each in form.forms("embeds", EMBEDS)]
    if sum(size for size, _ in read) > EMBED_TOTAL:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return tuple(
        {"type": "rich", **{name: body[name] for name in _EMBED_KEYS if body.get(name) is not None}} for _, body in read
    )


def _read_embed(embed: Form) -> int:
    """Check an embed and return how many characters of the 6000 it takes."""
    size = sum(len(embed.text(name, 0, most) or "") for name, most in _EMBED_TEXTS.items())
    embed.number("color", 0, 0xFFFFFF)
    embed.text("url", 0, 2048)
    embed.text("timestamp", 0, 40)
    for part, (name, most) in _PARTS.items():
        if embed.body.get(part) is not None:
            inner = Form(embed.body[part], parent=embed, at=(*embed.at, part))
            size += len(inner.text(name, 1, most, required=True) or "")
    for each in embed.forms("fields", 25):
        size += len(each.text("name", 1, 256, required=True) or "")
        size += len(each.text("value", 1, 1024, required=True) or "")
    return size
