"""One real request by the client of every AWS service, with botocore's data trimmed and as pip installs it.

The port is closed, so that the request is made in full and goes nowhere. The same has to happen either way: a key that
some code of botocore reads and trimming took shows as another exception.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from deploy.container.engine import Engine
from deploy.layer.opt_folder import unpacked
from deploy.settings import IMAGE_VARIABLE
from tests.packages.workbench import installed_by_pip, make_project, put_to_work, run, wheels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = [pytest.mark.container, pytest.mark.timeout(1800)]

_MODEL = re.compile(r"python/botocore/data/(?P<service>[^/]+)/[^/]+/service-2\.json\.gz")
# Calls the operation of each service that needs the least, with the least that it needs.
_REQUESTS = """
import datetime, json, sys
import botocore.config, botocore.session

def least(shape):
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [least(shape.member)]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "a" * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "timestamp":
        return datetime.datetime(2020, 1, 1)
    simple = {"map": {}, "blob": b"a" * 32, "boolean": True, "float": 1.0, "double": 1.0}
    return simple.get(shape.type_name, max(1, shape.metadata.get("min", 1)))

def needed(operation):
    return len(operation.input_shape.required_members) if operation.input_shape else 0

session = botocore.session.get_session()
config = botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=2)
keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1", "config": config}
done = {}
for service in json.loads(SERVICES) or session.get_available_services():
    client = session.create_client(service, endpoint_url="http://127.0.0.1:9", **keys)
    model = client.meta.service_model
    operation = min(map(model.operation_model, model.operation_names), key=needed)
    method = next(name for name, each in client.meta.method_to_api_mapping.items() if each == operation.name)
    try:
        getattr(client, method)(**(least(operation.input_shape) if operation.input_shape else {}))
        outcome = "answered"
    except BaseException as error:
        outcome = f"{type(error).__name__}: {error}"
    done[service] = [operation.name, outcome, session.create_client(service, **keys).meta.endpoint_url]
print(json.dumps(done))
"""


def test_every_service_does_with_trimmed_data_what_it_does_with_all_of_it(tmp_path: Path) -> None:
    project = make_project(tmp_path, ["boto3"], "boto3-s3")
    done = run(project, "layer")
    assert done.returncode == 0, done.stdout + done.stderr
    trimmed = unpacked([project / "dist" / "deps.zip"])
    documented = still_documented(trimmed)
    assert documented, "no model has documentation that botocore takes by key any more: this can go"
    wanted = [] if os.environ.get("CHANNELWRIGHT_PACKAGES") == "all" else [*documented, "sqs"]
    work = f"SERVICES = {json.dumps(wanted)!r}\n{_REQUESTS}"
    image = os.environ[IMAGE_VARIABLE]
    with Engine.connect(os.environ) as engine:
        whole = installed_by_pip(engine, image, wheels(engine, project))
        outcomes = [json.loads(put_to_work(engine, image, opt, work).stdout) for opt in (whole, trimmed)]
    expected, found = outcomes
    assert found == expected
    sent = [service for service, (_, outcome, _) in expected.items() if outcome.startswith("EndpointConnectionError")]
    assert len(sent) > 0.95 * len(expected), {name: each for name, each in expected.items() if name not in sent}
    print(f"{len(expected)} services, {len(sent)} requests made in full")


def still_documented(opt: Mapping[str, bytes]) -> list[str]:
    """Return the services whose models have documentation that trimming left, since botocore reads it."""
    return [
        match["service"]
        for path, content in sorted(opt.items())
        if (match := _MODEL.fullmatch(path)) and b'"documentation":"' in gzip.decompress(content)
    ]
