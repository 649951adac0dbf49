"""The code on its layers: every handler imported with its environment, every answer's digests compared."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.code import tree_digest
from deploy.errors import VerificationError
from deploy.inside.exchange import Applied
from deploy.layer.audit.limits import UNZIPPED
from deploy.layer.opt_folder import merged
from deploy.layer.verify import verify
from deploy.layer.verify_code import verify_code
from deploy.settings import Layer
from tests.deploy.layer.in_a_folder import FolderRuntime
from tests.deploy.layer.synthetic import Made, layer
from tests.deploy.layer.trying_code import GOOD, function, means, refusal, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deploy.layer.verify import VerifiedLayer
    from deploy.layer.verify_code import CodeEvidence

pytestmark = pytest.mark.programs


HEALTH = {"channelwright": "health"}


def test_a_handler_that_imports_and_answers_is_proven(trial: Callable[..., CodeEvidence]) -> None:
    evidence = trial(GOOD, function())
    (answered,) = evidence.answered
    assert answered.function == "bot"
    assert not answered.healthy
    assert evidence.code == tree_digest.of_files({path: text.encode() for path, text in GOOD.items()})


def test_every_handler_that_cannot_import_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    files = {**GOOD, "worker.py": "import nowhere\n"}
    found = refusal(
        trial, files, function(environment={}), function(key="worker", handler="worker.handler"), function(key="ok")
    )
    assert "functions.bot: bot.handler: KeyError: 'KEY'" in found
    assert "the template gives the function no variable KEY" in found
    assert "functions.worker: worker.handler: ModuleNotFoundError: No module named 'nowhere'" in found
    assert "no layer that is attached brings nowhere" in found
    assert "functions.ok" not in found


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("bot.hander", "bot.hander does not exist"),
        ("bot.KEY", "bot.KEY is not callable"),
        ("bit.handler", "No module named 'bit'"),
        ("tiny.__doc__", "tiny.__doc__ is not callable"),
    ],
)
def test_a_handler_that_is_named_wrongly_is_refused(
    trial: Callable[..., CodeEvidence], handler: str, expected: str
) -> None:
    assert expected in refusal(trial, GOOD, function(handler=handler))


def test_code_that_only_the_runtimes_packages_satisfy_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    files = {"bot.py": "import boto3\ndef handler(event, context): pass\n"}
    found = refusal(trial, files, function(), own={"boto3.py": ""})
    assert "functions.bot: bot.handler: ModuleNotFoundError: No module named 'boto3'" in found
    assert "the runtime's own copy hides that" in found


def test_a_handler_that_imports_what_a_trim_rule_took_is_told_which(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(files={"tiny/__init__.py": ""}))
    took = Applied(rule="tests", distribution="tiny", taken=("tiny/tests/__init__.py",), changed=(), bytes=1)
    built = replace(built, report=replace(built.report, applied=(took,)))
    (tiny,) = verify([built], means(FolderRuntime(tmp_path / "layer")))
    code = {"bot.py": "import tiny.tests\ndef handler(event, context): pass\n"}
    with pytest.raises(VerificationError) as caught:
        verify_code([tiny], zipped(code), [function()], means(FolderRuntime(tmp_path / "code")))
    (fault,) = caught.value.faults
    assert fault.cause.startswith("the trim rule `tests` took it of tiny")
    assert "`trim: {tests: false}`" in fault.cure


def test_a_handler_that_kills_its_process_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    assert "ended with exit code 0" in refusal(trial, {"bot.py": "import os\nos._exit(0)\n"}, function())


def test_the_right_digests_are_proof_of_health(trial: Callable[..., CodeEvidence], tiny: VerifiedLayer) -> None:
    digests = {
        "code": tree_digest.of_files({path: text.encode() for path, text in GOOD.items()}),
        "layers": tree_digest.of_files(merged([tiny.built])),
    }
    asked: list[object] = []

    def answer(event: object) -> object:
        asked.append(event)
        return digests

    evidence = trial(GOOD, function(health=HEALTH), answer=answer)
    assert asked == [HEALTH]
    assert evidence.answered[0].healthy
    assert evidence.layers == {"bot": digests["layers"]}


def test_a_health_answer_with_the_wrong_digest_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    wrong = {"code": "0" * 64, "layers": "1" * 64}
    found = refusal(trial, GOOD, function(health=HEALTH), answer=lambda _: wrong)
    assert "runs code with the digest 0000000000000000…, not" in found
    assert "runs layers with the digest 1111111111111111…, not" in found


def test_a_health_answer_without_digests_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    found = refusal(trial, GOOD, function(health=HEALTH), answer=lambda _: {"statusCode": 401})
    assert "its health answer names no digest of its code: {'statusCode': 401}" in found


@pytest.mark.parametrize(
    "failure",
    [
        "Runtime.ImportModuleError: Unable to import module 'bot'",
        "Runtime.ExitError: RequestId: 1 Error: exit status 1",
    ],
)
def test_a_runtime_that_does_not_start_the_function_is_refused(
    trial: Callable[..., CodeEvidence], failure: str
) -> None:
    error = VerificationError.of("bot.handler", failure, log="START\nTraceback")
    found = refusal(trial, GOOD, function(), answer=lambda _: error)
    assert failure in found
    assert "Traceback" in found


def test_a_handler_that_refuses_an_empty_event_is_never_said_to_have_answered(
    trial: Callable[..., CodeEvidence],
) -> None:
    error = VerificationError.of("bot.handler", "KeyError: 'headers'")
    said: list[str] = []
    (tried,) = trial(GOOD, function(), answer=lambda _: error, say=said.append).answered
    assert (tried.function, tried.raised) == ("bot", "KeyError: 'headers'")
    assert said == ["bot raised for an empty event: KeyError: 'headers'; `trial: EVENT` gives it one to answer"]


def test_of_an_exception_with_many_lines_the_first_is_said(trial: Callable[..., CodeEvidence]) -> None:
    said: list[str] = []
    error = VerificationError.of("bot.handler", "ValidationError: 2 errors\nitem\n  missing")
    trial(GOOD, function(), answer=lambda _: error, say=said.append)
    assert said == ["bot raised for an empty event: ValidationError: 2 errors …; `trial: EVENT` gives it one to answer"]


@pytest.mark.parametrize("event", [{"health": HEALTH}, {"trial": {"path": "/"}}])
def test_a_handler_that_raises_for_an_event_of_its_own_is_refused(
    trial: Callable[..., CodeEvidence], event: dict[str, Any]
) -> None:
    error = VerificationError.of("bot.handler", "KeyError: 'headers'")
    assert "KeyError: 'headers'" in refusal(trial, GOOD, function(**event), answer=lambda _: error)


def test_a_function_is_tried_with_the_event_that_is_configured(trial: Callable[..., CodeEvidence]) -> None:
    got: list[object] = []
    said: list[str] = []
    trial(GOOD, function(trial={"path": "/"}), answer=got.append, say=said.append)
    assert got == [{"path": "/"}]
    assert said == ["bot answered on the final zips"]


def test_a_function_has_only_its_own_layers(tmp_path: Path, tiny: VerifiedLayer) -> None:
    other = layer(tmp_path / "2", Made(name="big", files={"big.py": ""}), settings=Layer(name="other"))
    (second,) = verify([other], means(FolderRuntime(tmp_path / "3")))
    functions = [function(layers=("other",)), function(key="right", layers=("tiny-layer",))]
    with pytest.raises(VerificationError) as caught:
        verify_code([tiny, second], zipped(GOOD), functions, means(FolderRuntime(tmp_path / "4")))
    (fault,) = caught.value.faults
    assert fault.where == "functions.bot: bot.handler"
    assert "No module named 'tiny'" in fault.what


def test_code_and_layers_that_are_too_large_together_are_refused(tmp_path: Path, tiny: VerifiedLayer) -> None:
    size = UNZIPPED // 4
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bot.py", GOOD["bot.py"])
        for number in range(4):
            archive.writestr(f"{number}.bin", bytes(size))
    with pytest.raises(VerificationError, match="Lambda allows 262,144,000"):
        verify_code([tiny], buffer.getvalue(), [function()], means(FolderRuntime(tmp_path / "4")))


def test_code_that_is_no_zip_is_refused(tmp_path: Path, tiny: VerifiedLayer) -> None:
    with pytest.raises(VerificationError, match="is not a zip that can be read"):
        verify_code([tiny], b"nonsense", [function()], means(FolderRuntime(tmp_path / "4")))
