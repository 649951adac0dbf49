"""Discord's error answers: codes, messages, statuses, and the tree of a form's errors (docs: topics/opcodes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANINGS: Mapping[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown Overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10070: (404, "Unknown Guild Scheduled Event"),
    20028: (429, "The channel you are writing has hit the write rate limit."),
    20031: (
        400,
        "Your Stage topic, server name, server description, or channel names contain words that are not allowed",
    ),
    30005: (400, "Maximum number of guild roles reached (250)"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30038: (400, "Maximum number of guild scheduled events reached (100)"),
    30060: (400, "Maximum number of channel permission overwrites reached (1000)"),
    40009: (400, "Only one channel may change its parent at a time."),
    40060: (400, "Interaction has already been acknowledged."),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50035: (400, "Invalid Form Body"),
    50074: (400, "Cannot delete a channel required for Community guilds"),
    50109: (400, "The request body contains invalid JSON."),
    60003: (403, "Two factor is required for this operation"),
}


class RefusalError(Exception):
    """An answer that is an error. Nothing was changed."""

    def __init__(
        self, code: int, errors: Mapping[str, Any] | None = None, *, status: int | None = None, message: str = ""
    ) -> None:
        meant, words = MEANINGS.get(code, (400, f"error {code}"))
        self.status = status or meant
        self.code = code
        self.message = message or words
        self.errors = errors
        super().__init__(f"{self.status} {code} {self.message}")

    @property
    def body(self) -> dict[str, Any]:
        tree = {"errors": self.errors} if self.errors else {}
        return {"message": self.message, "code": self.code, **tree}


def not_found() -> RefusalError:
    """Answer a path that Discord does not have."""
    return RefusalError(0, status=404, message="404: Not Found")


def not_allowed() -> RefusalError:
    """Answer a method that a path does not have."""
    return RefusalError(0, status=405, message="405: Method Not Allowed")
