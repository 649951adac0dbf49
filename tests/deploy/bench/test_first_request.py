"""The first request that is measured: what is asked, how it is answered, whom each way believes."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.bench import contents, instructions
from deploy.bench.contents import WayContents
from deploy.bench.first_request import trials, usual
from deploy.bench.question import UNSIGNED, Question
from deploy.bench.request_trial import FirstRequest, RequestTrial
from deploy.commands import bench
from deploy.errors import ConfigError, VerificationError
from deploy.inside import certificates
from tests.authority import Authority

if TYPE_CHECKING:
    from deploy.settings import Settings


def test_counts_are_above_nothing() -> None:
    parser = argparse.ArgumentParser()
    bench.add(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["bench", "--rounds", "0"])


def test_an_event_that_is_no_json_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    for content, told in (("{", "is not JSON"), ("[]", "holds list, not an object")):
        file.write_text(content)
        with pytest.raises(ConfigError, match=told):
            bench._event(file)
    with pytest.raises(ConfigError, match="No such file"):
        bench._event(tmp_path / "absent")


@pytest.mark.container
def test_the_first_request_is_timed_in_the_runtime_and_a_failure_is_refused() -> None:
    from deploy.container.engine import Engine

    code = (
        b"import time, demo\ntime.sleep(0.3)\n"
        b"def handler(event, context):\n    return event['rawPath'] + demo.tail\n"
        b"def failing(event, context):\n    raise ValueError('no such day')\n"
    )
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None).reference
        with engine.volumes(
            image, {"/opt": {"python/demo.py": b"tail = ''"}, "/var/task": {"app.py": code}}
        ) as volumes:
            samples = FirstRequest()
            common: dict[str, Any] = {"engine": engine, "image": image, "python": "python3.11", "environment": {}}
            trial = RequestTrial(handler="app.handler", question=Question(event=UNSIGNED), **common)
            trial.request(volumes, samples)
            (took,), (cpu,) = samples.milliseconds, samples.cpu
            assert took > 300
            assert 0 < cpu < took
            with pytest.raises(VerificationError, match="no such day"):
                RequestTrial(handler="app.failing", question=Question(event=UNSIGNED), **common).request(
                    volumes, samples
                )
            with pytest.raises(VerificationError, match="no-such-python"):
                RequestTrial(
                    handler="app.handler", question=Question(event=UNSIGNED), **{**common, "python": "no-such-python"}
                ).request(volumes, samples)


def test_what_the_project_says_is_asked_and_a_refusal_is_no_answer(settings: Settings) -> None:
    (settings.project / "asking.py").write_text(
        "import json, sys\ntold = json.load(sys.stdin)\n"
        "said = {'event': {'n': 1}, 'environment': {'HERE': told['THERE']}, 'answers': {'body': {'type': 5}}}\n"
        "print(json.dumps(said))\n"
    )
    function = replace(settings.functions["f"], first_request="asking")
    question = Question.of(settings, function, None, {"THERE": "x"})
    assert (question.event, question.environment) == ({"n": 1}, {"HERE": "x"})
    assert not question.refused('{"statusCode": 200, "body": "{\\"type\\": 5, \\"data\\": {}}"}')
    assert "and not" in question.refused('{"statusCode": 200, "body": "{\\"type\\": 4}"}')
    assert "no such day" in question.refused('{"errorType": "ValueError", "errorMessage": "no such day"}')


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("print('{')", "not JSON"),
        ("print('{}')", "no event"),
        ("import json; print(json.dumps({'event': {}, 'evnt': 1}))", "prints evnt"),
        ("raise SystemExit('no key')", "exit code 1"),
    ],
)
def test_a_module_that_says_something_else_is_refused(settings: Settings, program: str, told: str) -> None:
    (settings.project / "asking.py").write_text(program)
    function = replace(settings.functions["f"], first_request="asking")
    with pytest.raises(ConfigError, match=told):
        Question.of(settings, function, None, {})


def test_an_authority_is_trusted_by_certifi_wherever_it_lies() -> None:
    tree = contents.WayContents({"python/certifi/cacert.pem": b"all\n", "python/x.pem": b"other"}, {})
    trusting = tree.trusting("one more\n")
    assert trusting.opt == {"python/certifi/cacert.pem": b"all\none more\n", "python/x.pem": b"other"}


@pytest.mark.container
def test_the_services_of_a_first_request_are_met_over_tls_and_its_instructions_are_counted() -> None:
    from deploy.container.engine import Engine
    from tools import first_request

    code = (
        b"import ssl, urllib.request\n"
        b"def handler(event, context):\n"
        b"    trusting = ssl.create_default_context(cafile='/opt/python/certifi/cacert.pem')\n"
        b"    asked = urllib.request.Request('https://localhost:8443/guilds/1/channels')\n"
        b"    return {'body': urllib.request.urlopen(asked, context=trusting).read().decode()}\n"
    )
    said = {**first_request.main("bot", {}), "event": {}, "answers": {"body": "[]"}}
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None).reference
        trial = RequestTrial(
            engine=engine,
            image=image,
            python="python3.11",
            handler="app.handler",
            environment={},
            question=Question(**said),
        )
        tree = contents.WayContents({"python/certifi/cacert.pem": b""}, {"app.py": code})
        with (
            trial.volumes(tree) as volumes,
            engine.volumes(image, {instructions.WHERE: instructions.counter()}) as more,
        ):
            trial.request(volumes, samples := FirstRequest())
            assert samples.cpu[0] > 0
            if instructions.counter():
                assert 50 < trial.count({**volumes, **more}) < 2000, "an interpreter's start alone takes 20 million"
        untold = replace(trial, question=replace(trial.question, authority=""))
        with untold.volumes(tree) as volumes, pytest.raises(VerificationError, match=r"(?i)certificate"):
            untold.request(volumes, FirstRequest())


def test_each_way_believes_the_authority_of_a_question_in_the_forms_that_it_brings(tmp_path: Path) -> None:
    authority = Authority.made(tmp_path, "known")
    pem = authority.certificate.read_text()
    hashed = next(authority.directory().iterdir()).name
    bundle, folder, aws = (f"python/{each}" for each in (certificates.BUNDLE, certificates.DIRECTORY, certificates.AWS))
    told = {"SSL_CERT_DIR": f"/opt/{folder}", "AWS_CA_BUNDLE": f"/opt/{aws}", "QUEUE_URL": "u"}
    classic = WayContents({bundle: b"own\n"}, {})
    assert classic.trusting(pem).opt == {bundle: b"own\n" + pem.encode()}
    assert classic.told(told) == {"QUEUE_URL": "u"}
    this = WayContents({bundle: b"own\n", aws: b"own\n", f"{folder}/00000000.0": b"own\n"}, {})
    trusting = this.trusting(pem)
    assert trusting.opt[f"{folder}/{hashed}"] == pem.encode()
    assert trusting.opt[aws] == trusting.opt[bundle] == b"own\n" + pem.encode()
    assert trusting.told(told) == told


ASKING = """\
import json, sys
print(json.dumps({"event": {}, "environment": {"SAW": json.load(sys.stdin).get("SSL_CERT_DIR", "")}, "service": "s"}))
"""


def test_each_way_is_asked_in_the_environment_that_it_can_have(settings: Settings) -> None:
    told = f"/opt/python/{certificates.DIRECTORY}"
    (settings.project / "asking.py").write_text(ASKING)
    (settings.project / "template.yaml").write_text(
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {FunctionName: f, "
        f"Environment: {{Variables: {{SSL_CERT_DIR: {told}}}}}}}}}}}\n"
    )
    asked = replace(settings, template=Path("template.yaml"))
    function = replace(settings.functions["f"], first_request="asking")
    tree = {f"python/{certificates.BUNDLE}": b"all", f"python/{certificates.DIRECTORY}/00000000.0": b"one"}
    ways = {
        "this": WayContents(tree, {}),
        "plain": WayContents({f"python/{certificates.BUNDLE}": b"all"}, {}),
        contents.EMPTY: WayContents({}, {}),
    }
    engine: Any = None
    found = trials(asked, function, ways, None, engine=engine, image="")
    assert {name: each.environment["SAW"] for name, each in found.items()} == {"this": told, "plain": "", "empty": ""}
    assert {name: each.environment.get("SSL_CERT_DIR") for name, each in found.items()} == {
        "this": told,
        "plain": None,
        "empty": None,
    }
    assert {name: each.question.service for name, each in found.items()} == {"this": "s", "plain": "s", "empty": ""}


def test_the_usual_handler_takes_the_place_of_the_functions_own_by_uvs_way_alone() -> None:
    uv = WayContents({"python/boto3.py": b""}, {"bot.py": b"own", "words.py": b"kept"})
    question = Question(event=UNSIGNED, usual={"bot.py": "boto3"})
    assert usual(uv, question) == {"usual": WayContents(uv.opt, {"bot.py": b"boto3", "words.py": b"kept"})}
    assert usual(uv, Question(event=UNSIGNED)) == {}
