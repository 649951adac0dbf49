"""The arithmetic of permissions, by the documented cases, and by properties that hold for all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.fake_discord import ALL, CATEGORY, TEXT, VOICE, Channel, Guild, Member, Opening, Overwrite, Permission, Role
from tools.fake_discord.world.permissions import guild_permissions, outranks, overwritten, permissions_in, sees

VIEW, SEND, CONNECT = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.CONNECT
GUILD = Opening().make(1_700_000_000.0)[0]
BY_NAME = {member.user.username: member for member in GUILD.members.values()}
ROLE = {role.name: role.id for role in GUILD.roles.values()}
GM, PLAYER = BY_NAME["gm"], BY_NAME["player"]


def channel(*overwrites: Overwrite, kind: int = TEXT) -> Channel:
    return Channel("1", kind, "c", overwrites=overwrites)


def everyone(allow: int = 0, deny: int = 0) -> Overwrite:
    return Overwrite(GUILD.id, 0, int(allow), int(deny))


def role(name: str, allow: int = 0, deny: int = 0) -> Overwrite:
    return Overwrite(ROLE[name], 0, int(allow), int(deny))


def of(member: Member, allow: int = 0, deny: int = 0) -> Overwrite:
    return Overwrite(member.user.id, 1, int(allow), int(deny))


def test_a_member_has_the_bits_of_everyone_and_of_all_its_roles() -> None:
    assert (
        guild_permissions(GUILD, GM)
        == GUILD.roles[GUILD.id].permissions | GUILD.roles[ROLE["Game Masters"]].permissions
    )
    assert not guild_permissions(GUILD, PLAYER) & Permission.MANAGE_CHANNELS


@pytest.mark.parametrize("name", ["owner", "admin"])
def test_owner_and_administrators_may_all_and_no_overwrite_stops_them(name: str) -> None:
    member = BY_NAME[name]
    shut = channel(everyone(deny=ALL), of(member, deny=ALL))
    assert permissions_in(GUILD, member, shut) == ALL


def test_a_role_beats_everyone_and_a_member_beats_a_role() -> None:
    by_role = channel(everyone(deny=VIEW), role("Game Masters", allow=VIEW))
    assert sees(GUILD, GM, by_role)
    assert not sees(GUILD, PLAYER, by_role)
    assert not sees(GUILD, GM, channel(role("Game Masters", allow=VIEW), of(GM, deny=VIEW)))
    assert sees(GUILD, GM, channel(everyone(deny=VIEW), role("Game Masters", deny=VIEW), of(GM, allow=VIEW)))


def test_among_roles_an_allowance_beats_a_denial() -> None:
    both = replace(GM, roles=frozenset({ROLE["Game Masters"], ROLE["Channelwright"]}))
    overwrites = (role("Game Masters", deny=VIEW), role("Channelwright", allow=VIEW))
    for order in (overwrites, overwrites[::-1]):
        assert sees(GUILD, both, channel(*order))


def test_without_view_nothing_is_left() -> None:
    assert permissions_in(GUILD, GM, channel(everyone(deny=VIEW))) == 0


def test_without_send_no_mention_file_or_embed_is_left() -> None:
    left = permissions_in(GUILD, PLAYER, channel(everyone(deny=SEND)))
    assert left & VIEW
    assert not left & (Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS)


def test_in_voice_without_connect_only_seeing_is_left() -> None:
    assert permissions_in(GUILD, GM, channel(everyone(deny=CONNECT), kind=VOICE)) == VIEW
    assert permissions_in(GUILD, GM, channel(everyone(deny=CONNECT))) & Permission.MANAGE_CHANNELS


def test_a_category_shows_when_a_channel_in_it_does() -> None:
    shut = Channel("1", CATEGORY, "c", overwrites=(everyone(deny=VIEW),))
    inside = Channel("2", TEXT, "t", parent_id="1", overwrites=(everyone(deny=VIEW), of(PLAYER, allow=VIEW)))
    guild = GUILD.with_channel(shut).with_channel(inside)
    assert sees(guild, PLAYER, shut)
    assert not sees(guild, BY_NAME["stranger"], shut)


def test_of_two_roles_at_one_position_the_older_is_higher() -> None:
    older, younger = Role("10", "older", position=5), Role("11", "younger", position=5)
    guild = GUILD.with_role(older).with_role(younger)
    assert outranks(guild, replace(GM, roles=frozenset({"10"})), "11")
    assert not outranks(guild, replace(GM, roles=frozenset({"11"})), "10")
    assert not outranks(guild, replace(GM, roles=frozenset({"10"})), "10")


BITS = st.sampled_from([int(VIEW), int(SEND), int(CONNECT), 1 << 52])
SETS = st.sets(BITS).map(sum)


@st.composite
def overwrites(draw: st.DrawFn) -> tuple[Overwrite, ...]:
    targets = [(GUILD.id, 0), *((each, 0) for each in ROLE.values()), *((each.user.id, 1) for each in BY_NAME.values())]
    chosen = draw(st.lists(st.sampled_from(targets), unique=True))
    return tuple(Overwrite(target, kind, draw(SETS), draw(SETS)) for target, kind in chosen)


def plain_reading(guild: Guild, member: Member, by: tuple[Overwrite, ...], bit: int) -> bool:
    """Decide one bit in words, from the last rule to the first, as the documentation lists them."""
    own = [each for each in by if each.id == member.user.id]
    roles = [each for each in by if each.id in member.roles]
    everyone_s = [each for each in by if each.id == guild.id]
    for level in (own, roles, everyone_s):
        if any(each.allow & bit for each in level):
            return True
        if any(each.deny & bit for each in level):
            return False
    return bool(guild_permissions(guild, member) & bit)


@given(by=overwrites(), bit=BITS, name=st.sampled_from(["gm", "player", "stranger", "Channelwright"]))
def test_bit_by_bit_the_arithmetic_is_what_the_documentation_says(
    by: tuple[Overwrite, ...], bit: int, name: str
) -> None:
    member = BY_NAME[name]
    bits = overwritten(guild_permissions(GUILD, member), GUILD, member, by)
    assert bool(bits & bit) == plain_reading(GUILD, member, by, bit)


@given(by=overwrites(), name=st.sampled_from(sorted(BY_NAME)), kind=st.sampled_from([TEXT, VOICE, CATEGORY]))
def test_order_does_not_matter_and_implied_denials_only_take(by: tuple[Overwrite, ...], name: str, kind: int) -> None:
    member = BY_NAME[name]
    held = permissions_in(GUILD, member, channel(*by, kind=kind))
    assert held == permissions_in(GUILD, member, channel(*by[::-1], kind=kind))
    before = overwritten(guild_permissions(GUILD, member), GUILD, member, by)
    assert held == ALL or held & ~before == 0
    assert held == 0 or held & VIEW
