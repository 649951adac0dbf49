"""What a message's components may be, and what Discord adds to them (docs: components/reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.validator.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROW, BUTTON, TEXT, SEPARATOR, CONTAINER = 1, 2, 10, 14, 17
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK = 5
COMPONENTS, TEXTS = 40, 4000
"""With components V2: how many in all, and how many characters in all text displays together."""

_ADDED: dict[int, dict[str, Any]] = {
    CONTAINER: {"accent_color": None, "spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
}


def every(components: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield components with all that are nested in them, the outer before the inner."""
    for each in components:
        if isinstance(each, dict):
            yield each
            inner = each.get("components")
            yield from every(inner if isinstance(inner, list) else ())
            yield from every([each["accessory"]] if "accessory" in each else ())


def read_components(form: Form) -> tuple[Any, ...]:
    """Read the components; Discord numbers those that bring no id, and fills in what was left out."""
    rows = form.forms("components", COMPONENTS)
    used: set[str] = set()
    for row in rows:
        _check(row, used)
    _complete([row.body for row in rows])
    return tuple(row.body for row in rows)


def _complete(components: list[Any]) -> None:
    for number, each in enumerate(every(components), 1):
        each |= {"id": number, **_ADDED.get(_type(each), {}), **each}


def _type(component: dict[str, Any]) -> int:
    """Return the type of a component, or -1 for what is none."""
    kind = component.get("type")
    return kind if isinstance(kind, int) else -1


def check_v2(form: Form, components: Iterable[Any]) -> None:
    """Hold components V2 against their limits."""
    found = list(every(components))
    if len(found) > COMPONENTS:
        form.wrong("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"Total must not exceed {COMPONENTS}")
    if sum(len(str(each.get("content", ""))) for each in found if each.get("type") == TEXT) > TEXTS:
        form.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"Text must not exceed {TEXTS} in all")


def _check(part: Form, used: set[str]) -> None:
    """Check a component and all within it; `used` are the custom ids so far."""
    kind = _type(part.body)
    if kind == ROW:
        _check_row(part)
    elif kind == BUTTON or kind in SELECTS:
        _check_usable(part, used)
    for inner in part.forms("components", COMPONENTS):
        _check(inner, used)
    if "accessory" in part:
        _check(Form(part.body["accessory"], parent=part, at=(*part.at, "accessory")), used)


def _check_row(row: Form) -> None:
    """Check that a row holds 1 to 5 buttons, or a single select."""
    parts = [each.body for each in row.forms("components", 5)]
    selects = [each for each in parts if _type(each) in SELECTS]
    if not 1 <= len(parts) <= 5 or (selects and len(parts) > 1):
        row.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")


def _check_usable(part: Form, used: set[str]) -> None:
    """Check a button or a select: its texts, and a custom id that no other has; a link has a URL instead."""
    style = part.choice("style", range(1, 7), required=True) if part.body["type"] == BUTTON else 0
    part.text("label", 0, 80)
    part.text("placeholder", 0, 150)
    for option in part.forms("options", 25):
        option.text("label", 1, 100, required=True)
        option.text("value", 1, 100, required=True)
        option.text("description", 0, 100)
    if style == LINK:
        part.text("url", 1, 512, required=True)
        return
    custom_id = part.text("custom_id", 1, 100, required=True)
    if custom_id in used:
        part.wrong("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    used.add(custom_id or "")
