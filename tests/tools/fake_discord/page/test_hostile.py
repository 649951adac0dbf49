"""Whatever people call things, it is text: nothing of it runs, and nothing of it breaks the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.tools.fake_discord.interacting import Endpoint, say
from tests.tools.fake_discord.page.looks import faults_of_layout

if TYPE_CHECKING:
    from tests.tools.fake_discord.page.theatre import Theatre

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.hurt=1">'
NAMES = [
    EVIL,
    "<script>window.hurt=1</script>",
    "'\"><svg onload=window.hurt=1>",
    "javascript:window.hurt=1",
    "**bold** `code` [x](javascript:window.hurt=1)",
    "\u05e9\u05dc\u05d5\u05dd, right to left",
    "W" * 92,
    "🎲 Zażółć gęślą jaźń \u200b\u0301\u0301\u0301",
    "__proto__",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_campaign_may_be_called_anything(theatre: Theatre, name: str) -> None:
    theatre.look()
    theatre.add_campaign(name)
    expect(theatre.page.locator("#tree h3").last).to_contain_text(name.strip())
    expect(theatre.page.locator("#roles")).to_contain_text(name.strip())
    theatre.page.get_by_role("tab", name="Who sees what").click()
    expect(theatre.page.locator("#sight tbody")).to_contain_text(name.strip())
    theatre.page.get_by_role("tab", name="HTTP").click()
    made = theatre.wire.filter(has_text="create_guild_role")
    made.locator("summary").click()
    expect(made.locator("pre")).to_have_count(2)
    assert theatre.page.evaluate("window.hurt") is None
    assert theatre.page.locator("main img, nav img, aside img, body script").count() == 0
    assert faults_of_layout(theatre.page) == []


def test_members_channels_options_and_errors_may_be_called_anything(stage: Theatre, endpoint: Endpoint) -> None:
    fake = stage.fake
    fake.join(EVIL)
    option = {"name": "x", "description": EVIL, "type": 3, "choices": [{"name": EVIL, "value": EVIL}]}
    fake.register({"name": "evil", "description": EVIL, "options": [option]})
    embed = {"title": EVIL, "url": "javascript:window.hurt=1", "description": EVIL, "footer": {"text": EVIL}}
    row = [{"type": 1, "components": [{"type": 2, "style": 1, "label": EVIL, "custom_id": EVIL}]}]
    endpoint.replies = [say(f"{EVIL} [x](javascript:window.hurt=1)", embeds=[embed], components=row), say(EVIL)]
    stage.look()
    expect(stage.page.locator("#viewers")).to_contain_text(EVIL)
    stage.run("evil", x=EVIL)
    message = stage.messages.first
    expect(message.locator(".used")).to_contain_text(f"/evil x: {EVIL}")
    expect(message.locator(".embeds")).to_contain_text(EVIL)
    expect(message.locator("a")).to_have_count(0)
    message.get_by_role("button").click()
    expect(stage.messages).to_have_count(2)
    assert endpoint.received[-1]["data"]["custom_id"] == EVIL
    stage.switch("owner")
    assert stage.page.evaluate("window.hurt") is None
    assert stage.page.locator("main img, nav img").count() == 0


def test_a_link_leads_only_to_the_web(stage: Theatre, endpoint: Endpoint) -> None:
    text = "https://example.org/a [b](https://example.org/b) [c](javascript:alert(1)) [d](data:text/html,x)"
    link = {"type": 2, "style": 5, "label": "e", "url": "javascript:alert(1)"}
    endpoint.replies = [say(text, components=[{"type": 1, "components": [link]}])]
    stage.fake.register({"name": "plain", "description": "Says something"})
    stage.look()
    stage.run("plain")
    expect(stage.messages.first.locator("a")).to_have_count(2)
    addresses = [each.get_attribute("href") for each in stage.messages.first.locator("a").all()]
    assert addresses == ["https://example.org/a", "https://example.org/b"]


def test_markup_is_shown_as_clients_show_it(stage: Theatre, endpoint: Endpoint) -> None:
    general = stage.fake.channel("general").id
    lines = [
        f"**bold *both*** ~~gone~~ `**code**` \\*plain\\* snake_case_name <#{general}> <#4711> <@{stage.fake.gm.id}>",
        "- item",
        "  - below",
        "```py\n<b>raw</b>\n```",
    ]
    endpoint.replies = [say("\n".join(lines))]
    stage.fake.register({"name": "plain", "description": "Says something"})
    stage.look()
    stage.run("plain")
    content = stage.messages.first.locator(".content")
    expect(content.locator("strong")).to_have_text(["bold both"])
    expect(content.locator("code")).to_have_text(["**code**"])
    expect(content.locator("p").first).to_have_text(
        "bold both gone **code** *plain* snake_case_name #general #no access @gm"
    )
    expect(content.locator(".item")).to_have_text(["item", "below"])
    expect(content.locator("pre")).to_have_text("<b>raw</b>\n")


def test_a_violation_and_a_refusal_are_marked_in_the_log(stage: Theatre) -> None:
    import requests

    stage.look()
    headers = {"User-Agent": "DiscordBot (https://example.org, 1)", "Authorization": "Bot wrong"}
    requests.get(f"{stage.fake.api}/{EVIL}", headers=headers, timeout=5)
    requests.get(f"{stage.fake.api}/users/@me", headers=headers, timeout=5)
    expect(stage.wire).to_have_count(2)
    expect(stage.wire.last).to_contain_text("violation")
    expect(stage.wire.last.locator(".status")).to_have_text("404")
    expect(stage.wire.first.locator(".status")).to_have_text("401")
    expect(stage.page.locator("#violations").get_by_role("alert")).to_contain_text("1 violation of Discord's rules")
    stage.page.get_by_label("Show").select_option("failures and violations")
    expect(stage.wire.filter(visible=True)).to_have_count(2)
