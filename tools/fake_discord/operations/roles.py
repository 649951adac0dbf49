"""Roles: list, create, change, delete, give and take (docs: resources/guild, topics/permissions)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations import access
from tools.fake_discord.operations.shapes import role_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.permissions import Permission, guild_permissions
from tools.fake_discord.world.state import Role

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Guild, Member

ROLES_IN_GUILD = 250


def list_guild_roles(call: Call) -> Answer:
    guild, _ = access.guild_at(call)
    return Answer(200, [role_json(role) for role in call.world.as_listed(guild.id).roles.values()])


def get_guild_role(call: Call) -> Answer:
    guild, _ = access.guild_at(call)
    return Answer(200, role_json(_role_at(call, guild)))


def create_guild_role(call: Call) -> Answer:
    """Create a role just above @everyone; unless told otherwise it gets a copy of @everyone's permissions."""
    guild, member = access.guild_at(call)
    access.need_in_guild(call, guild, member, Permission.MANAGE_ROLES)
    form = Form(call.body)
    blank = Role(id="", name="new role", permissions=guild.roles[guild.id].permissions)
    role = replace(blank, **_read(form))
    form.close()
    if "permissions" in form:
        access.need_to_hold(guild_permissions(guild, member), role.permissions)
    if len(guild.roles) >= ROLES_IN_GUILD:
        raise RefusalError(30005)
    guild = guild.with_new_role(replace(role, id=call.world.snowflakes.next()))
    call.world.keep(guild)
    role = max(guild.roles.values(), key=lambda each: int(each.id))
    call.audit(role.id)
    return Answer(200, role_json(role))


def update_guild_role(call: Call) -> Answer:
    guild, role, member = _manageable(call, everyone=True)
    form = Form(call.body)
    changed = replace(role, **_read(form))
    form.close()
    access.need_to_hold(guild_permissions(guild, member) | role.permissions, changed.permissions)
    call.world.keep(guild.with_role(changed))
    call.audit(role.id)
    return Answer(200, role_json(changed))


def delete_guild_role(call: Call) -> Answer:
    """Delete a role, and with it its overwrites in every channel."""
    guild, role, _ = _manageable(call)
    call.world.keep(guild.without_role(role.id))
    call.audit(role.id)
    return Answer(204)


def add_guild_member_role(call: Call) -> Answer:
    user_id, role_id = _assignment(call)
    call.world.edit_member(call.path["guild_id"], user_id, lambda roles: roles | {role_id})
    call.audit(user_id)
    return Answer(204)


def delete_guild_member_role(call: Call) -> Answer:
    user_id, role_id = _assignment(call)
    call.world.edit_member(call.path["guild_id"], user_id, lambda roles: roles - {role_id})
    call.audit(user_id)
    return Answer(204)


def _assignment(call: Call) -> tuple[str, str]:
    guild, role, _ = _manageable(call)
    if call.path["user_id"] not in guild.members:
        raise RefusalError(10007 if call.path["user_id"] in call.world.users else 10013)
    return call.path["user_id"], role.id


def _manageable(call: Call, *, everyone: bool = False) -> tuple[Guild, Role, Member]:
    """Return the role of the path, if the bot may manage it."""
    guild, member = access.guild_at(call)
    role = _role_at(call, guild)
    access.need_in_guild(call, guild, member, Permission.MANAGE_ROLES)
    if not (everyone and role.id == guild.id):
        access.need_role_below(guild, member, role)
    return guild, role, member


def _role_at(call: Call, guild: Guild) -> Role:
    role = guild.roles.get(call.path["role_id"])
    if role is None:
        raise RefusalError(10011)
    return role


def _read(form: Form) -> dict[str, Any]:
    """Read what the body says of a role; what it leaves out or sets to null stays as it is."""
    read: dict[str, Any] = {"name": form.text("name", 1, 100), "permissions": form.bits("permissions", None)}
    for name in ("hoist", "mentionable"):
        read[name] = form.flag(name) if form.body.get(name) is not None else None
    read["color"] = form.number("color", 0, 0xFFFFFF)
    if isinstance(form.body.get("colors"), dict):
        colors = Form(form.body["colors"], parent=form, at=("colors",))
        read["color"] = colors.number("primary_color", 0, 0xFFFFFF)
    return {name: value for name, value in read.items() if value is not None}
