"""An import that really fails, in a container of the runtime image, and is found in what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.aws import EmulatedAws, emulated_aws, in_containers
from tests.integration.shipment import zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.checkup.conftest import Ward

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory, runtime_image: str) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0, **in_containers(runtime_image)) as running:
        yield running


def test_an_import_that_fails_in_the_runtime_is_found_in_its_log(ward: Ward) -> None:
    ward.make_stack()
    functions = ward.aws.functions
    for name, text in (("bot", "import absent\n"), ("worker", "def other(event, context):\n    return {}\n")):
        function = f"tiny_{name}-dev"
        functions.update_function_code(FunctionName=function, ZipFile=zipped({f"{name}.py": text}))
        version = functions.publish_version(FunctionName=function)["Version"]
        functions.update_alias(FunctionName=function, Name="live", FunctionVersion=version)
        assert "FunctionError" in functions.invoke(FunctionName=function, Qualifier="live", Payload=b"{}")
    report = ward.look("the logs")
    causes = {finding.cause for finding in report.findings if finding.state in {"broken", "warning"}}
    assert "no layer that is attached brings absent" in causes, report.findings
    assert "the function's `handler` names something else" in causes, report.findings
