"""Pins the runtime images: writes the digest that each tag stands for now into config/pipeline.yaml.

The tag stays beside it, to be read and to be followed the next time: `image: name:tag@sha256:…`. From then on the
tag may move, or its newest build may be broken, and the layers are still built in the very same image.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from .. import atomic
from ..atomic import write
from ..container.engine import Engine
from ..errors import ConfigError, Fault
from ..keys.place import CONFIG
from ..settings import default_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..console import Console
    from ..settings import Settings

_LINE = re.compile(r"""^image:[ \t]*(?P<quote>["']?)(?P<image>[^\s"'#]+)(?P=quote)""", re.MULTILINE)
_FIRST_KEY = re.compile(r"^[a-z]", re.MULTILINE)


def pin_image(settings: Settings, console: Console) -> int:
    """Ask the registry of every configured image, whatever overrides it here, and write what it says."""
    path = settings.project / CONFIG
    text = before = atomic.text(path)
    images = dict(_images(settings, text))
    untagged = [
        Fault(f"{path}: {key}", f"{image} names no tag to follow", cure="write name:tag")
        for key, image in images.items()
        if ":" not in _tagged(image).rpartition("/")[2]
    ]
    if untagged:
        raise ConfigError(untagged)
    with Engine.connect(os.environ) as engine:
        for key, image in images.items():
            wanted = pinned(image, engine.registry_digest(_tagged(image)))
            text = written(text, wanted, key)
            console.say(f"{image} is what the registry has" if wanted == image else f"{path}: {key}: {wanted}")
    if text != before:
        write(path, text.encode())
    return 0


def _images(settings: Settings, text: str) -> Iterator[tuple[str, str]]:
    """Yield the image of every runtime, with the key where the configuration has it, or would."""
    for runtime in dict.fromkeys(target.runtime for target in settings.targets):
        listed = f"images.{runtime}"
        key = "image" if runtime == settings.runtime and not configured(text, listed) else listed
        yield key, configured(text, key) or default_image(runtime)


def pinned(image: str, digest: str) -> str:
    """Return the reference with its tag kept and its digest set.

    >>> pinned("ecr.example/python:3.11@sha256:0ld", "sha256:123")
    'ecr.example/python:3.11@sha256:123'
    """
    return f"{_tagged(image)}@{digest}"


def _tagged(image: str) -> str:
    return image.partition("@")[0]


def configured(text: str, key: str = "image") -> str | None:
    """Return the image that the text of a config/pipeline.yaml names under a key such as images.python3.13."""
    line = _place(key).search(text)
    return line["image"] if line else None


def written(text: str, image: str, key: str = "image") -> str:
    r"""Return the text of config/pipeline.yaml with this image, all else as it was, comments too.

    >>> written("image: a:1   # why\nlayers: {}\n", "a:1@sha256:12")
    'image: a:1@sha256:12   # why\nlayers: {}\n'
    >>> written("images: {python3.13: b:1}\n", "b:1@sha256:12", "images.python3.13")
    'images: {python3.13: b:1@sha256:12}\n'
    """
    if key == "image" and _LINE.search(text):
        return _LINE.sub(f"image: {image}", text, count=1)
    if key != "image" and (found := _place(key).search(text)):
        return f"{text[: found.start('image')]}{image}{text[found.end('image') :]}"
    if key != "image" and re.search(r"^images:", text, re.MULTILINE):
        cure = f"add `{key.removeprefix('images.')}: {_tagged(image)}` to `images`, then pin it"
        raise ConfigError([Fault(f"{CONFIG}: {key}", "is not there", cure=cure)])
    first = _FIRST_KEY.search(text)
    at = first.start() if first else len(text)
    line = f"image: {image}" if key == "image" else f"images:\n  {key.removeprefix('images.')}: {image}"
    return f"{text[:at]}{line}\n{text[at:]}"


def _place(key: str) -> re.Pattern[str]:
    return _LINE if key == "image" else _of(key.removeprefix("images."))


def _of(runtime: str) -> re.Pattern[str]:
    """Find a runtime's image below `images`: nothing else in the file has a runtime for a key."""
    name = re.escape(runtime)
    image = r"""(?P<quote>["']?)(?P<image>[^\s"'#,}]+)(?P=quote)"""
    return re.compile(rf"""^[^#\n]*?\b{name}["']?:[ \t]+{image}""", re.MULTILINE)
