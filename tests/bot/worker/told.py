"""What people read when they are refused, in English and in German."""

from __future__ import annotations

GERMAN = {
    "no longer a player": "nicht mehr mit.",
    "no longer a GM": "nicht mehr. Spielleitung",
    "changed nothing": "nichts geändert",
    "is the only GM": "** allein.",
    "as they are": "wie sie sind",
    "above": "über <@&",
    "has no note of mine": "hat aber keine Notiz von mir",
    "is not a campaign of mine": "ist keine Kampagne von mir",
    "role of this campaign is gone": "Die Rolle der Spielenden dieser Kampagne",
}
REFUSED = (
    *("changed nothing", "is the only GM", "above", "has no note of mine"),
    *("role of this campaign is gone", "is not a campaign of mine"),
)


def told(text: str, *words: str) -> bool:
    """Tell whether somebody reads any of these, in either language."""
    return any(each in text or GERMAN[each] in text for each in words)
