"""Has a pipeline's process of its own try packages by a backend, as one user, beside a world that they may harm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

from deploy.layer.proof.look import Look
from tests.deploy.layer.backend.contained import attempts, forbidding, looking, ordinary, world

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[5]
USER = 61234


@dataclass(frozen=True)
class Seen:
    """What came of all attempts by one backend; `code` is how the pipeline ended, `said` what it told of itself."""

    refused: str
    look: Look | None
    peak: int
    harm: tuple[str, ...]
    code: int
    said: str


def ordinary_user() -> int:
    """Return a user without rights: the one who runs this, or, where that is root, one who has nothing else here."""
    return os.geteuid() or USER


def looked(kind: str, user: int, every: Sequence[attempts.Attempt], forbidden: str = "") -> Seen:
    """Try them by a backend of `looking`, on a machine that may forbid something: see `forbidding`."""
    home = Path(mkdtemp(prefix="channelwright-tests-", dir="/var/tmp"))  # the /tmp inside is another one
    home.chmod(0o755)
    try:
        with world.put_up(home / "home", user) as around:
            tree = {each.name: each.code for each in every}
            tree |= {"victim": attempts.VICTIM, "world": around.module(), "attempting": attempts.TOOLS}
            done = subprocess.run(
                _command(kind, user, forbidden),
                input=json.dumps(tree),
                env={**around.environment, **_kept(), "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == ordinary.NOT_ALLOWED:
                pytest.skip("this root has no right to lay things out for another user")
            answer = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}
            look = Look.from_json(answer["look"]) if "look" in answer else None
            harm = tuple(around.harm())
            return Seen(answer.get("refused", ""), look, answer.get("peak", 0), harm, done.returncode, done.stderr)
    finally:
        shutil.rmtree(home)


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in ("DOCKER_HOST", "CHANNELWRIGHT_RUNTIME_IMAGE") if name in os.environ}


def _command(kind: str, user: int, forbidden: str) -> list[str]:
    here = user == os.geteuid()
    place = ROOT if here else Path("/mnt/sources")
    programs = [looking.__file__] if not forbidden else [forbidding.__file__, looking.__file__]
    first, *others = (str(place / Path(each).relative_to(ROOT)) for each in programs)
    command = [first, *([forbidden] if forbidden else ()), *others, kind]
    if here:
        return [sys.executable, *command]
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    return [sys.executable, ordinary.__file__, str(user), sys.base_prefix, str(ROOT), packages, *command]
