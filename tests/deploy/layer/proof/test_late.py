"""What takes too long says as much of the machine as of a package: no byte of a layer follows from it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from deploy.completed import Completed
from deploy.errors import VerificationError
from deploy.inside.exchange import Applied
from deploy.inside.look.bounds import LATE, Bounds
from deploy.inside.look.place import Place
from deploy.inside.look.values import Account, Outcome, Plan
from deploy.layer.proof import look, trial
from deploy.layer.proof.accounts import unaccounted
from deploy.layer.proof.judge import Worse
from deploy.layer.proof.look import Look, WantedLook
from deploy.layer.verify import Means, verify
from tests.deploy.layer.in_a_folder import FolderRuntime, Memory, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from deploy.layer.audit.audit import Audit
    from deploy.layer.backend.protocol import Sandbox
    from deploy.layer.proof.trial import Trial
    from deploy.layer.values import BuiltLayer

PLACE = Place(python="3.11.2", glibc="2.36", machine="aarch64", runtime_modules=())
TOO_LONG = f"{LATE} 60 s"


@dataclass
class Emulated:
    """A sandbox of an emulated machine, which notes the plan that it was given, and is looked at without a word."""

    opt: str = "/opt"
    task: str = "/var/task"
    own_users: bool = True
    is_emulated: bool = True
    plans: list[Plan] = field(default_factory=list)

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        del script, environment
        self.plans.append(Plan.from_json(argument))
        assert timeout > self.plans[-1].bounds.seconds
        return Completed(0, json.dumps(["place", PLACE.to_json()]), "")

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        raise NotImplementedError


def test_an_emulated_machine_has_more_time() -> None:
    for sandbox in (Emulated(), Emulated(is_emulated=False)):
        look.take(sandbox, WantedLook(), "python3.11")
        (plan,) = sandbox.plans
        longer = (plan.bounds.silence > Bounds().silence, plan.bounds.seconds > Bounds().seconds)
        assert longer == (sandbox.is_emulated, sandbox.is_emulated)


@pytest.mark.programs
def test_a_difference_in_time_withdraws_no_rule_and_is_refused_as_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = trial.attempt

    def busy(layers: Sequence[BuiltLayer], audits: Sequence[Audit], means: Means) -> Trial:
        tried = attempt(layers, audits, means)
        worse = Worse(distribution="tiny", kind="module", what="tiny.more", error=TOO_LONG)
        return replace(tried, verdict=replace(tried.verdict, worse=(worse,)))

    monkeypatch.setattr(trial, "attempt", busy)
    built, runtime = layer(tmp_path, Made()), FolderRuntime(tmp_path / "runtime")
    took = Applied(rule="stubs", distribution="tiny", taken=("tiny/more.pyi",), changed=(), bytes=1)
    built = replace(built, report=replace(built.report, applied=(took,)))

    def rebuild(_: BuiltLayer, withdrawn: Mapping[str, tuple[str, ...]]) -> BuiltLayer:
        pytest.fail(f"withdrew {withdrawn}")

    with pytest.raises(VerificationError) as caught:
        verify([built], Means(runtime=runtime, say=print, reference=reference(runtime, built), rebuild=rebuild))
    told = str(caught.value)
    assert f"tiny: tiny.more: {TOO_LONG}" in told
    assert "run it again where less runs beside it" in told


@pytest.mark.parametrize(("error", "is_kept"), [("", True), ("ImportError: no", True), (TOO_LONG, False)])
def test_a_look_at_the_reference_that_took_too_long_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, *, is_kept: bool
) -> None:
    seen = Look(
        place=PLACE,
        accounts=(Account(subject="tiny: tiny", records=(Outcome(kind="module", what="tiny", error=error),)),),
    )

    def take(_: Sandbox, *__: object) -> Look:
        return seen

    monkeypatch.setattr(look, "take", take)
    built, runtime, kept = layer(tmp_path, Made()), FolderRuntime(tmp_path / "runtime"), Memory()
    found = replace(reference(runtime, built), kept=kept).look(built.spec, ())
    assert (found, bool(kept.kept)) == (seen, is_kept)


def test_what_takes_too_long_with_all_of_its_modules_is_said_to_be_that() -> None:
    late = Account(subject="a: a", records=(), intruded=f"{LATE} 600 s, with all of its modules, before its last word")
    fault = unaccounted(late.subject, late)
    assert "a package may take no more while it is imported" in fault.cause
