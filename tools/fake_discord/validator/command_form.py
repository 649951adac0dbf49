"""What a command may be (docs: interactions/application-commands, "Naming", "Option Structure", "Limits")."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.locales import LOCALES
from tools.fake_discord.validator.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

SLASH, USER, MESSAGE = 1, 2, 3
MOST = {SLASH: 100, USER: 15, MESSAGE: 15}
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
CHARACTERS = 8000
LOCALIZATIONS = {"name_localizations": "name", "description_localizations": "description"}


def check_commands(body: Any) -> None:
    """Refuse a table of commands that Discord would not take, with every fault in it."""
    whole, commands = Form.rows(body, sum(MOST.values()))
    for command in commands:
        _check_command(command)
    whole.close()
    kinds = Counter(command.body.get("type") or SLASH for command in commands)
    if any(count > MOST[kind] for kind, count in kinds.items()):
        raise RefusalError(30032)
    names = [(command.body.get("type") or SLASH, command.body["name"]) for command in commands]
    _check_duplicates(
        commands, names, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
    )
    whole.close()


def _check_command(command: Form) -> None:
    kind = command.choice("type", {SLASH, USER, MESSAGE}, default=SLASH)
    if kind == SLASH:
        _check_name(command)
        command.text("description", 1, 100, required=True)
        _check_localizations(command, 32, 100)
        _check_options(command, 0)
    else:
        command.text("name", 1, 32, required=True)
        if command.body.get("description"):
            command.wrong("description", "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Context menu commands have none")
    command.bits("default_member_permissions", None)
    if sum(len(text) for text in _texts(command.body)) > CHARACTERS:
        command.wrong("", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_name(form: Form) -> None:
    r"""Check `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where there is one."""
    name = form.text("name", 1, 32, required=True)
    if name is not None and not _is_name(name):
        form.wrong("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _is_name(text: str) -> bool:
    fits = all(sign in "-_'" or unicodedata.category(sign)[0] in "LNM" for sign in text)
    return fits and text == text.lower()


def _check_localizations(form: Form, name: int, description: int) -> None:
    """Check what something is called in other languages: by Discord's locales, as long as its own may be."""
    for field, most in zip(LOCALIZATIONS, (name, description), strict=True):
        said = form.body.get(field) or {}
        if not isinstance(said, dict) or set(said) - LOCALES:
            form.wrong(field, "DICT_TYPE_CONVERT", f"Only locales of Discord's: {sorted(LOCALES)}")
            continue
        for locale, text in said.items():
            if not (isinstance(text, str) and 1 <= len(text) <= most):
                form.wrong(field, "BASE_TYPE_BAD_LENGTH", f"{locale}: must be between 1 and {most} in length.")
            elif most == 32 and not _is_name(text):
                form.wrong(field, "APPLICATION_COMMAND_INVALID_NAME", f"{locale}: Command name is invalid")


def _check_options(form: Form, depth: int) -> None:
    options = form.forms("options", 25)
    optional = False
    kinds = [_check_option(option, depth) for option in options]
    for option, kind in zip(options, kinds, strict=True):
        if option.body.get("required") and optional:
            option.wrong("", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first")
        optional = optional or (kind > GROUP and not option.body.get("required"))
    if len({kind in {SUBCOMMAND, GROUP} for kind in kinds}) > 1:
        form.wrong("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and option types do not mix")
    for locale in ("", *sorted(LOCALES)):  # Discord shows the own name where there is none in a language
        names = [
            (option.body.get("name_localizations") or {}).get(locale, option.body.get("name")) for option in options
        ]
        _check_duplicates(
            options, names, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists"
        )


def _check_option(option: Form, depth: int) -> int:
    """Check an option; `depth` is 0 within a command, 1 within its group or subcommand, 2 below."""
    kind = option.choice("type", range(1, 12), required=True)
    _check_name(option)
    option.text("description", 1, 100, required=True)
    _check_localizations(option, 32, 100)
    if kind in {SUBCOMMAND, GROUP}:
        if (kind == GROUP and depth) or depth > 1:
            option.wrong("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands are nested too deep")
        _check_options(option, depth + 1)
    _check_choices(option, kind)
    return kind


def _check_choices(option: Form, kind: int) -> None:
    choices = option.forms("choices", 25)
    if choices and (option.body.get("autocomplete") or kind not in {STRING, INTEGER, NUMBER}):
        option.wrong("choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "No choices beside autocomplete")
    for choice in choices:
        choice.text("name", 1, 100, required=True)
        _check_localizations(choice, 100, 100)
        if kind == STRING:
            choice.text("value", 1, 100, required=True)


def _check_duplicates(forms: list[Form], names: list[Any], code: str, message: str) -> None:
    for index, form in enumerate(forms):
        if names[index] in names[:index]:
            form.wrong("", code, message)


def _texts(body: dict[str, Any]) -> Iterator[str]:
    """Yield what counts towards the 8000 characters: names, descriptions, values of choices, at every depth.

    Of one that is said in several languages the longest counts.
    """
    for name in ("name", "description", "value"):
        said = body.get(f"{name}_localizations")
        others = said.values() if isinstance(said, dict) else ()
        yield max(str(body.get(name, "")), *map(str, others), key=len) if others else str(body.get(name, ""))
    for name in ("options", "choices"):
        inner = body.get(name)
        for each in inner if isinstance(inner, list) else ():
            if isinstance(each, dict):
                yield from _texts(each)
