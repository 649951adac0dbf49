"""Keys of config/pipeline.yaml that have another name now: they are taken, and a remark names their successor."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DISCORD = "discord"


def renewed(raw: Mapping[str, Any]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the keys as they are called now, and a remark for each that was not; `raw` is checked already."""
    if DISCORD not in raw:
        return dict(raw), ()
    others = {key: value for key, value in raw.items() if key != DISCORD}
    extension = _discord(raw[DISCORD])
    remark = (
        f"{DISCORD}: is taken, and has another name now: extensions.{DISCORD}, with `module: {extension['module']}`"
    )
    return {**others, "extensions": {**raw.get("extensions", {}), DISCORD: extension}}, (remark,)


def _discord(raw: Mapping[str, str]) -> dict[str, object]:
    endpoint = f" --endpoint {raw['endpoint']}" if "endpoint" in raw else ""
    return {
        "module": f"tools.discord --application {shlex.quote(raw['application'])}{endpoint}",
        "commands": {"register": "tell Discord the application's commands, and where its interactions go"},
        "doctor": {
            "guild": {
                "help": "the Discord server whose permissions count",
                "metavar": "ID",
                "pattern": "[0-9]{1,20}",
                "otherwise": "no id: 17 to 20 digits, by `Copy Server ID` in Discord",
            }
        },
        "from_pipeline": True,
        "local": "commands registered, endpoint tried",
    }
