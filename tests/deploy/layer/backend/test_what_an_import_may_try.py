"""The table of attempts by backends: each is stopped or bounded, and named, or the backend refuses to run.

All attempts of a backend are packages of one tree, so that each also has the chance to speak for the others. A run of
the suite takes a slice of them by each backend.
`CHANNELWRIGHT_TABLE=FILE` writes the table down, all of it in this one run, with what each attempt does as it is: by
`--unconfined`, alone, as a user who owns nothing else here.
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.layer.proof.look import outcomes
from tests.deploy.layer.backend.contained import attempts, pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.inside.look.values import Account
    from tests.deploy.layer.backend.contained.pipeline import Seen

pytestmark = pytest.mark.programs

HARMED = 61235  # owns what an attempt may really harm
AS_IT_IS = "as it is"
BACKENDS = (
    pytest.param("container", marks=pytest.mark.container),
    "host as root",
    "host as a user",
    "bubblewrap as a user",
)
AT_MOST = 300 * 1024 * 1024


_seen: dict[str, Seen] = {}


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "host as root" and os.geteuid():
        pytest.skip("this is not root")
    if name.startswith("bubblewrap") and not shutil.which("bwrap"):
        pytest.skip("there is no bubblewrap")
    if name not in _seen:
        _seen[name] = _tried(name, _asked_for(request.session, name) or attempts.ATTEMPTS)
    return name


def _asked_for(session: pytest.Session, backend: str) -> list[attempts.Attempt]:
    """Return the attempts that this run makes by a backend."""
    chosen = (item for item in session.items if isinstance(item, pytest.Function) and item.path == Path(__file__))
    given = (item.callspec.params for item in chosen)
    found = [each["attempt"] for each in given if each["backend"] == backend and "attempt" in each]
    return [each for each in found if isinstance(each, attempts.Attempt)]


def _tried(backend: str, every: Sequence[attempts.Attempt]) -> Seen:
    user = pipeline.ordinary_user() if backend.endswith("as a user") else os.geteuid()
    seen = pipeline.looked(backend.partition(" ")[0], user, every)
    assert seen.code == 0, seen.said
    return seen


@pytest.mark.timeout(900)
@pytest.mark.sliced(8, per=["backend"])
@pytest.mark.parametrize("attempt", attempts.ATTEMPTS, ids=lambda each: each.name)
def test_what_an_import_tries_is_stopped_or_bounded(backend: str, attempt: attempts.Attempt) -> None:
    account = _account(backend, attempt.name)
    errors = [each.error for each in outcomes(account)]
    assert not [each for each in errors if "Reached" in each]
    if attempt.bounded:
        assert attempt.bounded in f"{' '.join(errors)} {account.intruded} {account.printed} bytes printed"


def _account(backend: str, name: str) -> Account:
    seen = _seen[backend]
    if seen.look is None:
        assert backend != "container", seen.refused
        pytest.skip(f"the backend refuses to run: {seen.refused}")
    found = seen.look.account(f"{name}: {name}")
    assert found, "there is no account of it"
    return found


def test_no_attempt_speaks_for_another_package(backend: str) -> None:
    account = _account(backend, "victim")
    assert [each.error for each in outcomes(account)] == ["RuntimeError: broken"]


def test_nothing_outside_was_harmed(backend: str) -> None:
    assert _seen[backend].harm == ()


def test_the_pipeline_itself_stays_small(backend: str) -> None:
    assert _seen[backend].peak < AT_MOST


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    """Write down what came of it where it is asked for."""
    yield
    if not (file := os.environ.get("CHANNELWRIGHT_TABLE")):
        return
    rows = [["attempt", AS_IT_IS, *_seen], ["---"] * (len(_seen) + 2)]
    cells = {each: [_as_it_is(each), *(_cell(seen, each) for seen in _seen.values())] for each in attempts.ATTEMPTS}
    rows += [[each.name, *row] for each, row in cells.items()]
    rows += [[what, "", *(str(getattr(seen, what)) for seen in _seen.values())] for what in ("harm", "peak")]
    Path(file).write_text("".join(f"| {' | '.join(row)} |\n" for row in rows), encoding="utf-8")


def _as_it_is(attempt: attempts.Attempt) -> str:
    """Say what an attempt does where nothing contains it."""
    if os.geteuid():
        return "to be seen by root alone, who has users to spare"
    seen = pipeline.looked("unconfined", HARMED, [attempt])
    for each in Path("/proc").iterdir():
        with suppress(OSError):
            if each.name.isdigit() and each.stat().st_uid == HARMED:
                os.kill(int(each.name), signal.SIGKILL)
    if seen.code:
        return "; ".join([f"DID IT: the pipeline itself was ended: {seen.code}", *seen.harm])
    done = [each for each in (_cell(seen, attempt), *seen.harm) if each != "stopped"]
    return "; ".join(done).replace("REACHED", "DID IT:") or "stopped"


def _cell(seen: Seen, attempt: attempts.Attempt) -> str:
    account = seen.look.account(f"{attempt.name}: {attempt.name}") if seen.look else None
    if account is None:
        return f"refused: {seen.refused}"
    said = " ".join([*(each.error for each in outcomes(account)), account.intruded]).strip()
    if "Reached" in said or (attempt.bounded and attempt.bounded not in f"{said} {account.printed} bytes printed"):
        return f"REACHED {said[:80]}"
    return said[:80] or "stopped"
