"""A machine that forbids sandboxes: nothing is tried there, the reason is told, and `--unconfined` says what it is."""

from __future__ import annotations

import pytest

from deploy.layer.proof.look import outcomes
from tests.deploy.layer.backend.contained import attempts, forbidding, pipeline

pytestmark = pytest.mark.programs

# What each way to forbid it looks like, and what is said of its cause.
WAYS = {
    "setting": ("unshare: No space left on device", "this machine allows no user namespaces (user.max_user_namespaces"),
    "namespaces": ("unshare: Operation not permitted", "a container, or a policy of this machine"),
    "mounts": ("Permission denied", "a container, or a policy of this machine"),
}
TRIED = [each for each in attempts.ATTEMPTS if each.name in {"reads_credentials", "writes_bashrc"}]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def seen(kind: str, way: str) -> pipeline.Seen:
    found = pipeline.looked(kind, pipeline.ordinary_user(), TRIED, way)
    if found.code == forbidding.NOT_TO_BE_HAD:
        pytest.skip(f"this machine itself allows no user namespace: {found.said}")
    assert found.code == 0, found.said
    return found


def test_the_backend_refuses_with_the_reason_and_imports_nothing(way: str) -> None:
    found = seen("host", way)
    what, cause = WAYS[way]
    assert "--backend host: this machine allows no sandbox: " in found.refused
    assert what in found.refused
    assert cause in found.refused
    assert "build in containers" in found.refused
    assert "give `--unconfined`, if the code may reach what that lists" in found.refused
    assert found.look is None
    assert found.harm == ()


def test_unconfined_lists_what_the_code_can_reach_and_that_is_so(way: str) -> None:
    found = seen("unconfined", way)
    user = pipeline.ordinary_user()
    assert f"unconfined: it runs as the user {user}, and could read and write all files" in found.said
    for reached in ("signal all processes", "loopback and to Unix sockets", "fill /tmp", "leave processes running"):
        assert reached in found.said
    assert found.look
    account = found.look.account("reads_credentials: reads_credentials")
    assert account
    assert ["Reached" in each.error for each in outcomes(account)] == [True]
    assert found.harm == (".bashrc was changed",)
