"""Pins the runtime image: writes the digest that its tag stands for now into config/pipeline.yaml.

The tag stays beside it, to be read and to be followed the next time: `image: name:tag@sha256:…`. From then on the
tag may move, or its newest build may be broken, and the layers are still built in the very same image.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from deploy.container import Engine
from deploy.errors import ConfigError, Fault
from deploy.settings import CONFIG, Settings

if TYPE_CHECKING:
    from deploy.console import Console

_LINE = re.compile(r"""^image:[ \t]*(?P<quote>["']?)(?P<image>[^\s"'#]+)(?P=quote)""", re.MULTILINE)
_FIRST_KEY = re.compile(r"^[a-z]", re.MULTILINE)


def pin_image(settings: Settings, console: Console) -> int:
    """Ask the registry of the configured image, whatever overrides it here, and write what it says."""
    path = settings.project / CONFIG
    text = path.read_text(encoding="utf-8")
    image = configured(text) or Settings.image
    if ":" not in _tagged(image).rpartition("/")[2]:
        raise ConfigError([Fault(f"{path}: image", f"{image} names no tag to follow", cure="write name:tag")])
    with Engine.connect(os.environ) as engine:
        digest = engine.registry_digest(_tagged(image))
    wanted = pinned(image, digest)
    if wanted == image:
        console.say(f"{image} is what the registry has")
        return 0
    path.write_text(written(text, wanted), encoding="utf-8")
    console.say(f"{path}: image: {wanted}")
    return 0


def pinned(image: str, digest: str) -> str:
    """Return the reference with its tag kept and its digest set.

    >>> pinned("ecr.example/python:3.11@sha256:0ld", "sha256:123")
    'ecr.example/python:3.11@sha256:123'
    """
    return f"{_tagged(image)}@{digest}"


def _tagged(image: str) -> str:
    return image.partition("@")[0]


def configured(text: str) -> str | None:
    """Return the image that the text of a config/pipeline.yaml names."""
    line = _LINE.search(text)
    return line["image"] if line else None


def written(text: str, image: str) -> str:
    r"""Return the text of config/pipeline.yaml with this image, all else as it was, comments too.

    >>> written("image: a:1   # why\nlayers: {}\n", "a:1@sha256:12")
    'image: a:1@sha256:12   # why\nlayers: {}\n'
    """
    if _LINE.search(text):
        return _LINE.sub(f"image: {image}", text, count=1)
    first = _FIRST_KEY.search(text)
    at = first.start() if first else len(text)
    return f"{text[:at]}image: {image}\n{text[at:]}"
