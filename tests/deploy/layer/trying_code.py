"""Code that is tried on a tiny layer."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import VerificationError
from deploy.layer.evidence import FunctionUnderTest
from deploy.layer.verify import Means
from deploy.settings import Target
from tests.deploy.layer.synthetic import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploy.layer.verify_code import CodeEvidence
    from tests.deploy.layer.in_a_folder import FolderRuntime

GOOD = {"bot.py": "import os, tiny\nKEY = os.environ['KEY']\ndef handler(event, context): return tiny.x\n"}


def function(**changes: Any) -> FunctionUnderTest:
    return replace(
        FunctionUnderTest(
            key="bot",
            handler="bot.handler",
            environment={"KEY": "1"},
            memory=128,
            target=Target("python3.11", "x86_64"),
        ),
        **changes,
    )


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(entry(path), content)
    return buffer.getvalue()


def means(runtime: FolderRuntime) -> Means:
    return Means(runtime=runtime, say=lambda _: None)


def refusal(trial: Callable[..., CodeEvidence], *arguments: Any, **options: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        trial(*arguments, **options)
    return str(caught.value)
