"""What Discord was told of the application, and what the bot may do in a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deploy.aws import parameters, queues
from deploy.checkup.findings import broken, of_faults, ok, unknown, warning
from deploy.errors import ConfigError
from tools.discord import endpoint, permissions, registration
from tools.discord.api import MOST_SERVERS, Discord
from tools.discord.application import invitation
from tools.discord.errors import DiscordError
from tools.discord.registration import KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding
    from deploy.settings import Stage
    from tools.discord.application import Application
    from tools.discord.registration import Registration

PARAMETER_VARIABLE = "DISCORD_TOKEN_PARAMETER"
"""The variable of a function that names the SSM parameter with the bot's token."""

Variables = Mapping[str, Mapping[str, str]]
"""Those of the live functions, by NAME:ALIAS."""

DEAD_LETTERS = "DeadLetterQueueUrl"
"""The stack's output that is the URL of the queue for jobs that were given up."""

_REFUSES, _FORBIDS = 401, 403


def token(connect: Callable[[], Discord], environment: Mapping[str, str]) -> Iterator[Finding]:
    """See whether the bot's token is one, and whether the public key belongs to the same application."""
    try:
        discord = connect()
    except ConfigError as error:
        yield from of_faults(error, "unknown")
        return
    try:
        found = discord.application()
    except DiscordError as error:
        yield from of_faults(error, "broken")
        return
    yield ok(f"the bot's token is of {found['name']} ({found['id']})")
    try:
        registration.check_key(found, environment)
    except ConfigError as error:
        yield from of_faults(error, "broken")


def key(discord: Discord, variables: Variables) -> Iterator[Finding]:
    """Compare the application's public key with those that the live functions verify signatures with."""
    wanted = discord.application()["verify_key"]
    keys = {where: has for where, each in variables.items() if (has := each.get(KEY_VARIABLE))}
    if not keys:
        yield unknown(
            f"no live function has the variable {KEY_VARIABLE}", "its key is elsewhere, or hidden from this role"
        )
    for where, has in keys.items():
        if has.lower() == wanted:
            yield ok(f"{where} verifies with the application's public key")
        else:
            cause = f"its {KEY_VARIABLE} is of another application: it answers 401 to all that Discord sends"
            yield broken(f"{where} has another public key", cause, f"deploy with {KEY_VARIABLE}={wanted}")


def stored_token(aws: Aws, variables: Variables) -> Iterator[Finding]:
    """See whether the parameter is there that a live function reads the bot's token from; its value is not read."""
    names = {where: name for where, each in variables.items() if (name := each.get(PARAMETER_VARIABLE))}
    for where, name in names.items():
        cure = f"aws ssm put-parameter --type {parameters.SECURE} --name {name} --value …"
        found = parameters.kind(aws, name)
        if found is None:
            cause = "it can answer Discord, and do nothing: the bot's token was never stored for this stage"
            yield broken(f"{where} reads the bot's token from {name}, which is not there", cause, cure)
        elif found != parameters.SECURE:
            cause = f"it is a {found}: whoever may read parameters has it"
            yield warning(f"{name} holds the bot's token in clear text", cause, f"delete it, then: {cure}")
        else:
            yield ok(f"{where} reads the bot's token from {name}, which is there")


def given_up(aws: Aws, outputs: Mapping[str, str]) -> Iterator[Finding]:
    """See whether jobs lie in the dead-letter queue: what somebody asked for, and the worker gave up."""
    url = outputs.get(DEAD_LETTERS)
    if url is None:
        yield unknown("the jobs that were given up", f"the stack has no output {DEAD_LETTERS}")
        return
    account, name = url.split("/")[-2:]
    dead = queues.read(aws, f"arn:aws:sqs:{aws.region}:{account}:{name}")
    if dead is None:
        yield broken(f"{name} is not there", "jobs that fail ten times are lost", "deploy the stack again")
    elif dead.messages:
        count = f"{dead.messages} {'job was' if dead.messages == 1 else 'jobs were'} given up, and in {name}"
        cause = "the worker failed on each of them ten times; its log has the reasons"
        yield warning(count, cause, f"aws sqs start-message-move-task --source-arn {dead.arn}")
    else:
        yield ok(f"no job was given up: {name} is empty")


def interactions(discord: Discord, output: str | None, stage: Stage, outputs: Mapping[str, str]) -> Iterator[Finding]:
    """Compare where Discord sends interactions with the stack's URL, and see whether anything answers there."""
    url = endpoint.of_outputs(stage, output, outputs)
    told = discord.application().get("interactions_endpoint_url") or ""
    cure = f"`nox -s register -- --stage {stage.name} --endpoint`"
    if told.rstrip("/") != url.rstrip("/"):
        cause = f"the stack's {output} is {url}"
        yield broken(f"Discord sends interactions to {told or 'no URL'}", cause, cure)
    else:
        yield ok(f"Discord sends interactions to the stack's {output}")
    yield from answered(url)


def answered(url: str) -> Iterator[Finding]:
    """Send what Discord would never: it has to be refused as badly signed, by a function that is awake.

    https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint
    """
    status, why = endpoint.unsigned(url)
    if status == _REFUSES:
        yield ok("the endpoint answers, and refuses what Discord did not sign")
    elif status == _FORBIDS:
        cause = (
            "a function URL needs two permissions since October 2025: InvokeFunctionUrl, and InvokeFunction through it"
        )
        cure = "give it both; https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
        yield broken("the endpoint may not be called", cause, cure)
    elif status is None:
        yield broken(
            f"the endpoint does not answer: {why}", url, "see whether the URL is right, and the function's log"
        )
    else:
        cause = "it should answer 401 to what is not signed; Discord tries that, and takes no endpoint that does not"
        yield broken(f"the endpoint answers {status} to what is not signed", cause, "see the function's log")


def described(ask: Callable[[], Application]) -> Iterator[Finding]:
    """Have the project print its commands; `ask` raises ConfigError where what it prints cannot be registered."""
    try:
        found = ask()
    except ConfigError as error:
        said = error.log.strip().splitlines()[-1:]
        yield from (replace(each, cause=each.cause or "".join(said)) for each in of_faults(error, "broken"))
        return
    yield ok(f"the project describes {len(found.commands)} commands")


def commands(discord: Discord, wanted: Application, stage: Stage, server: str | None) -> Iterator[Finding]:
    """Compare the commands that Discord has with the project's: those of all servers, or else those of one."""
    plans = [registration.plan(discord, wanted, scope, None, {}) for scope in dict.fromkeys((None, server))]
    planned = next((each for each in plans if not _changes(each)), plans[-1])
    changes = _changes(planned)
    if not changes:
        yield ok(f"Discord has the project's {len(wanted.commands)} commands, for {planned.scopes[0].shown}")
        return
    guild = f" --guild {server}" if server else ""
    what = f"Discord has other commands, for {planned.scopes[0].shown}: {changes[0]}"
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    cause = "they changed since they were registered, or were registered for another scope"
    yield warning(f"{what}{more}", cause, f"`nox -s register -- --stage {stage.name}{guild}`")


def _changes(planned: Registration) -> list[str]:
    return [line for scope in planned.scopes for line in scope.lines]


def membership(discord: Discord, wanted: Application, server: str) -> Iterator[Finding]:
    """See whether the bot is in a server, and has there what it asks for."""
    application_id = discord.application()["id"]
    invite = f"an administrator of it opens {invitation(application_id, wanted.permissions)}"
    servers = discord.servers()
    found: dict[str, Any] | None = next((each for each in servers if each["id"] == server), None)
    if found is None and len(servers) == MOST_SERVERS:
        yield unknown(f"whether the bot is in {server}", f"it is in more than {MOST_SERVERS} servers")
    elif found is None:
        yield broken(f"the bot is not in server {server}", "it was never invited, or was removed", invite)
    elif lacking := permissions.missing(wanted.permissions, int(found["permissions"])):
        cause = "its role was changed, or it was invited before the project asked for them"
        yield broken(f"in {found['name']} the bot lacks: {', '.join(lacking)}", cause, invite)
    else:
        yield ok(f"in {found['name']} the bot has the permissions that it asks for")
