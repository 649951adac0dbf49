"""Where the live functions read the bot's token from, in the emulated Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.checkup.extension import _variables
from deploy.published.functions import observe
from tests.integration.release.conftest import ROLE
from tests.integration.shipment import STAGE, settings, zipped
from tools.discord import findings as looking
from tools.discord.findings import PARAMETER_VARIABLE

if TYPE_CHECKING:
    from tests.integration.checkup.conftest import Ward
    from tools.discord.findings import Variables

NAME = "/tiny/dev/discord-token"


@pytest.fixture
def variables(ward: Ward) -> Variables:
    for key, variables in (("bot", {}), ("worker", {PARAMETER_VARIABLE: NAME})):
        name = f"tiny_{key}-dev"
        ward.aws.functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler=f"{key}.handler",
            Role=ROLE,
            Code={"ZipFile": zipped({f"{key}.py": ""})},
            Environment={"Variables": variables},
            Publish=True,
        )
        ward.aws.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return {each.where: _variables(each) for each in observe(ward.aws, settings(ward.folder), STAGE)}


def test_a_token_that_was_never_stored_is_told_with_the_command_that_stores_it(
    ward: Ward, variables: Variables
) -> None:
    [found] = looking.stored_token(ward.aws, variables)
    assert (found.state, found.what) == (
        "broken",
        f"tiny_worker-dev:live reads the bot's token from {NAME}, which is not there",
    )
    assert found.cure == f"aws ssm put-parameter --type SecureString --name {NAME} --value …"


@pytest.mark.parametrize(("kind", "state"), [("SecureString", "ok"), ("String", "warning")])
def test_a_token_that_is_stored_is_never_shown(ward: Ward, variables: Variables, kind: str, state: str) -> None:
    ward.aws.parameters.put_parameter(Name=NAME, Value="the-token", Type=kind)  # type: ignore[arg-type] # a table
    [found] = looking.stored_token(ward.aws, variables)
    assert found.state == state
    assert "the-token" not in str(found)
