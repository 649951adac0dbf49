"""The bot's token, from the SSM parameter that holds it encrypted: it is in no variable and in no log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from channelwright.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable


class NoTokenError(Exception):
    """The token cannot be had just now."""


@dataclass
class BotToken:
    """Reads the token when it is first needed, keeps it, and reads it again when told that it is no longer good."""

    read: Callable[[], str]
    _value: str = ""

    @classmethod
    def from_parameter(cls, name: str, region: str | None) -> BotToken:
        """Read it now, while Lambda gives a whole processor; a failure is left to the first job, which can say so."""
        brief = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
        client = boto3.client("ssm", region_name=region, config=brief)

        def read() -> str:
            try:
                return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]).strip()
            except (BotoCoreError, ClientError) as error:
                raise NoTokenError(f"{name}: {error}") from error

        token = cls(read)
        try:
            token.value()
        except NoTokenError as error:
            log("WARNING", "no token yet", reason=str(error))
        return token

    def value(self) -> str:
        """Raises NoTokenError."""
        self._value = self._value or self.read()
        return self._value

    def forget(self) -> None:
        """Discord refused it: it may have been changed since it was read."""
        self._value = ""
