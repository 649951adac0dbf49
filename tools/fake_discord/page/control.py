"""The strings behind the stage: what a test in another process, or a page, may ask and do under /_fake/.

GET   state, exchanges?after=N, violations, messages?viewer=NAME, interactions, exchange?number=N
      view?viewer=NAME&channel=ID&after=N&heard=COUNT, which waits for news, as in the room `view`
POST  clock {"advance": 900}, lag {"seconds": 4, "varies": true}
      faults {"operation", "fault", "call"?, "times"?, "with"?: {…}}, as in the room `faults`
      endpoint {"url"}
      command {"as", "line", "options"?, "within"?}, type {"as", "line", "option", "text", "options"?, "within"?}
      press {"as", "message", "button"}, choose {"as", "message", "select", "values"}
      submit {"as", "interaction", "values"}
      probe {}
      join {"name"}, remove {"channel"}: somebody comes in; somebody deletes a channel by hand

Among options and values "@gm" stands for a member and "#general" for a channel, unless `"literal": true` is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tools.fake_discord.members.options import CannotError
from tools.fake_discord.operations.shapes import message_json
from tools.fake_discord.page.view import watched
from tools.fake_discord.server import faults
from tools.fake_discord.server.call import Answer

if TYPE_CHECKING:
    from tools.fake_discord.fake import FakeDiscord
    from tools.fake_discord.server.call import Request
    from tools.fake_discord.world.interactions import Interaction

PREFIX = "/_fake/"
_FAULTS = ("lost_answer", "dropped", "server_error", "rate_limited", "refused", "silent", "slow", "garbled")
_FAULTS_TOO = ("cloudflare", "pretended")
Json = dict[str, Any]


def control(fake: FakeDiscord, request: Request) -> Answer:
    """Do what is asked: 404 for what is not there, 409 for what a member cannot do."""
    name = request.path.removeprefix(PREFIX)
    try:
        if (request.method, name) == ("GET", "view"):
            return watched(fake, request.query)
        if request.method == "GET" and name in _ASKED:
            return _told(_ask(fake, _ASKED[name], dict(request.query)))
        if request.method == "POST" and name in _DONE:
            return _told(_do(fake, _DONE[name], json.loads(request.body or b"{}")))
    except (CannotError, LookupError, ValueError, TypeError) as error:
        return _told({"error": f"{type(error).__name__}: {error}", "what": str(error)}, 409)
    return _told({"error": f"there is no {request.method} {name}"}, 404)


def _told(content: Any, status: int = 200) -> Answer:
    return Answer(status, content, {"Content-Type": "application/json", "Cache-Control": "no-store"})


def _ask(fake: FakeDiscord, work: _Work, given: Json) -> Any:
    with fake.world.lock:  # nothing may change while it is read
        return work(fake, given)


def _do(fake: FakeDiscord, work: _Work, given: Json) -> Any:
    """Do it without the lock, since the bot may call back meanwhile; then tell who watches."""
    done = work(fake, given)
    fake.world.bell.ring()
    return done


def _state(fake: FakeDiscord, _given: Json) -> Any:
    return {
        "api": fake.api,
        "application_id": fake.application.id,
        "public_key": fake.public_key,
        "now": fake.clock.now(),
        "guild": fake.snapshot(),
        "commands": fake.world.commands,
        "checks_openapi": fake.checks_openapi,
    }


def _exchanges(fake: FakeDiscord, given: Json) -> Any:
    return [asdict(each) for each in fake.exchanges if each.number > int(given.get("after", 0))]


def _exchange(fake: FakeDiscord, given: Json) -> Any:
    return asdict({each.number: each for each in fake.exchanges}[int(given["number"])])


def _violations(fake: FakeDiscord, _given: Json) -> Any:
    return {
        "violations": [str(each) for each in fake.violations],
        "unfaithful": [str(each) for each in fake.unfaithful],
    }


def _messages(fake: FakeDiscord, given: Json) -> Any:
    viewer = fake.person(given["viewer"])
    seen = [message for channel in fake.channels for message in viewer.reads(channel)]
    return [message_json(each, fake.clock) | {"only_for": each.only_for, "loading": each.is_loading} for each in seen]


def _interactions(fake: FakeDiscord, _given: Json) -> Any:
    return [_seen(fake, each) for each in fake.interactions]


def _seen(fake: FakeDiscord, interaction: Interaction) -> Json:
    message = fake.message_of(interaction)
    return {
        "id": interaction.id,
        "state": interaction.state,
        "failure": interaction.failure,
        "seconds": interaction.seconds,
        "message": message_json(message, fake.clock) if message else None,
        "followups": interaction.followup_ids,
        "choices": list(interaction.choices),
        "modal": interaction.modal,
    }


def _clock(fake: FakeDiscord, given: Json) -> Any:
    fake.clock.advance(float(given["advance"]))
    return {"now": fake.clock.now()}


def _lag(fake: FakeDiscord, given: Json) -> Any:
    fake.world.lag, fake.world.lag_varies = float(given["seconds"]), bool(given.get("varies"))
    return {"lag": fake.world.lag}


def _fault(fake: FakeDiscord, given: Json) -> Any:
    if given["fault"] not in {*_FAULTS, *_FAULTS_TOO}:
        raise LookupError(f"there is no fault {given['fault']}")
    fault = getattr(faults, given["fault"])(**given.get("with", {}))
    fake.faults.on(given["operation"], fault, call=given.get("call", 1), times=given.get("times", 1))
    return {"planned": fault.name}


def _endpoint(fake: FakeDiscord, given: Json) -> Any:
    fake.send_interactions_to(given["url"])
    return {"endpoint": given["url"]}


def _command(fake: FakeDiscord, given: Json) -> Any:
    person = fake.person(given["as"])
    return _seen(fake, person.command(given["line"], within=given.get("within"), **_options(fake, given)))


def _type(fake: FakeDiscord, given: Json) -> Any:
    person, within = fake.person(given["as"]), given.get("within")
    others = _options(fake, given)
    return _seen(fake, person.type_in(given["line"], given["option"], given["text"], within=within, **others))


def _options(fake: FakeDiscord, given: Json) -> Json:
    return {name: _named(fake, value, given) for name, value in given.get("options", {}).items()}


def _press(fake: FakeDiscord, given: Json) -> Any:
    return _seen(fake, fake.person(given["as"]).press(fake.world.messages[given["message"]], given["button"]))


def _choose(fake: FakeDiscord, given: Json) -> Any:
    message, values = fake.world.messages[given["message"]], (_named(fake, each, given) for each in given["values"])
    return _seen(fake, fake.person(given["as"]).choose(message, given["select"], *values))


def _submit(fake: FakeDiscord, given: Json) -> Any:
    interaction = {each.id: each for each in fake.interactions}[given["interaction"]]
    return _seen(fake, fake.person(given["as"]).submit(interaction, **given["values"]))


def _probe(fake: FakeDiscord, _given: Json) -> Any:
    return {"wrong": fake.probe()}


def _join(fake: FakeDiscord, given: Json) -> Any:
    return {"id": fake.join(given["name"]).id}


def _speak(fake: FakeDiscord, given: Json) -> Any:
    fake.speak(fake.person(given["as"]), given["locale"])
    return {"locale": given["locale"]}


def _remove(fake: FakeDiscord, given: Json) -> Any:
    channel = fake.channel(given["channel"])
    fake.change(lambda guild: guild.without_channel(channel.id))
    return {"removed": channel.id}


def _named(fake: FakeDiscord, value: Any, given: Json) -> Any:
    """Let "@gm" stand for a member and "#general" for a channel, unless all is meant literally."""
    if given.get("literal"):
        return value
    if isinstance(value, str) and value.startswith("@"):
        return fake.person(value[1:])
    return fake.channel(value[1:]) if isinstance(value, str) and value.startswith("#") else value


_Work = Callable[["FakeDiscord", Json], Any]
_ASKED: dict[str, _Work] = {
    "state": _state,
    "exchange": _exchange,
    "exchanges": _exchanges,
    "violations": _violations,
    "messages": _messages,
    "interactions": _interactions,
}
_DONE: dict[str, _Work] = {
    "clock": _clock,
    "lag": _lag,
    "faults": _fault,
    "endpoint": _endpoint,
    "command": _command,
    "type": _type,
    "press": _press,
    "choose": _choose,
    "submit": _submit,
    "probe": _probe,
    "join": _join,
    "remove": _remove,
    "speak": _speak,
}
