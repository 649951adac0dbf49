"""Reading a request's body field by field, and gathering what is wrong into Discord's tree of errors (50035)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import ALL

if TYPE_CHECKING:
    from collections.abc import Collection

SNOWFLAKE = re.compile(r"0|[1-9][0-9]{0,19}")


class Form:
    """A body under examination. `at` is where it stands within the whole, as keys and list indices."""

    def __init__(self, body: Any, *, parent: Form | None = None, at: tuple[str, ...] = ()) -> None:
        self.errors: dict[str, Any] = parent.errors if parent else {}
        self.at = at
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.wrong("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a model type")

    @classmethod
    def rows(cls, body: Any, most: int) -> tuple[Form, list[Form]]:
        """Examine a body that is a list; return the whole, to be closed, and its objects."""
        whole = cls({"rows": body})
        rows = whole.forms("rows", most)
        whole.errors.update(whole.errors.pop("rows", {}))
        for index, row in enumerate(rows):
            row.at = (str(index),)
        return whole, rows

    def __contains__(self, name: str) -> bool:
        return name in self.body

    def wrong(self, name: str, code: str, message: str) -> None:
        """Note an error at a field of this form, or at the form itself if `name` is empty.

        What is wrong as a whole is not looked into further: a place in the tree has errors or parts, not both.
        """
        node = self.errors
        for key in (*self.at, *([name] if name else [])):
            if "_errors" in node:
                return
            node = node.setdefault(key, {})
        if "_errors" not in node:
            node.clear()
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def close(self) -> None:
        """Refuse the request if anything was wrong."""
        if self.errors:
            raise RefusalError(50035, self.errors)

    def text(self, name: str, low: int, high: int, *, required: bool = False, default: Any = None) -> str | None:
        """Read a string of `low` to `high` characters."""
        value = self._given(name, required=required, default=default)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(name, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if len(value) > high and low == 0:
            self.wrong(name, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif not low <= len(value) <= high:
            self.wrong(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        return value

    def number(self, name: str, low: int, high: int, *, default: int | None = None) -> int | None:
        value = self._given(name, default=default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if value < low:
            self.wrong(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        if value > high:
            self.wrong(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return value

    def choice(self, name: str, values: Collection[int], *, default: int | None = None, required: bool = False) -> int:
        """Read a number that must be one of some."""
        value = self._given(name, default=default, required=required)
        if isinstance(value, bool) or not isinstance(value, int) or value not in values:
            shown = "{" + ", ".join(str(each) for each in sorted(values)) + "}"
            self.wrong(name, "BASE_TYPE_CHOICES", f"Value must be one of {shown}.")
            return default if default is not None else min(values)
        return int(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._given(name, default=default)
        if not isinstance(value, bool):
            self.wrong(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return bool(value)

    def snowflake(self, name: str, *, required: bool = False) -> str | None:
        value = self._given(name, required=required)
        if value is None:
            return None
        if not SNOWFLAKE.fullmatch(str(value)) or isinstance(value, bool):
            self.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            return None
        return str(value)

    def bits(self, name: str, default: int | None = 0) -> int | None:
        """Read permissions: a decimal string, or a number; absent and null are the default."""
        value = self._given(name)
        if value is None:
            return default
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,20}", str(value)):
            self.wrong(name, "BITFIELD_TYPE_CONVERT", f'Value "{value}" is not a bit field.')
            return default
        return int(value) & ALL

    def forms(self, name: str, most: int) -> list[Form]:
        """Read a list of objects."""
        value = self._given(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if len(value) > most:
            self.wrong(name, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        return [Form(each, parent=self, at=(*self.at, name, str(index))) for index, each in enumerate(value)]

    def _given(self, name: str, *, required: bool = False, default: Any = None) -> Any:
        value = self.body.get(name)
        if value is None and required:
            self.wrong(name, "BASE_TYPE_REQUIRED", "This field is required")
        return default if value is None else value
