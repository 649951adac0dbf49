"""Files that are not what they seem: pipes, links to themselves, YAML and TOML of odd shapes, names nobody can show."""

from __future__ import annotations

from tests.deploy.command_line.stranger import FUNCTIONS, LAYERS, Mistake, mistake

_UV = f"{LAYERS}requirements: uv.lock\n"
_DOUBLED = "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghijklmnopqrstu", "bcdefghijklmnopqrstuv", strict=True)
)
_PROJECT = {"requirements.in": None, "requirements.txt": None}


def pyproject(text: str, *told: str) -> Mistake:
    return mistake("lock", files={**_PROJECT, "pyproject.toml": text}, told=told)


YAML = {
    "a pipe in the configuration's place": mistake(
        "check", config=None, pipes=("config/pipeline.yaml",), told=("it is a pipe", "put a file in its place")
    ),
    "aliases that double themselves": mistake(
        "check", config=f"a: &a [1, 2]\n{_DOUBLED}", told=("stand for more than 1,000,000 values", "write out")
    ),
    "a key that is a list": mistake("check", config="? [a]\n: 1\n", told="a key has to be a text"),
    "a tag of Python": mistake("check", config="layers: !!python/name:os.system\n", told=("1:9", "constructor")),
    "a colour in it": mistake("check", config="# \x1b[31m\n", told=("pipeline.yaml:1: ", r"'\x1b'", "take it out")),
    "a name that YAML takes for a truth": mistake(
        "check", config=f"{LAYERS}functions:\n  no: {{name: yes, handler: a.b}}\n", told="functions.no.name: true is"
    ),
    "a stage without a name": mistake(
        "check", config=FUNCTIONS.replace("  dev:", "  '':"), told=('stages: "" does not match', "a stage's name")
    ),
    "a stage of two words": mistake(
        "check", config=FUNCTIONS.replace("  dev:", "  my dev:"), told=('"my dev" does not match', "a letter or digit")
    ),
    "a file in the place of config": mistake(
        "check", config=None, files={"config": "x"}, told=("cannot be read: Not a directory", "take it away")
    ),
}
LOCKS = {
    "a pipe in the lock's place": mistake(
        "layer", files={"requirements.txt": None}, pipes=("requirements.txt",), told="it is a pipe"
    ),
    "a file to include that is nowhere": mistake(
        "lock", files={"requirements.in": "-r nope.in\n"}, told=("nope.in: No such file", "requirements.in:1, which")
    ),
    "no package to upgrade": mistake("lock", "--upgrade", "", told="--upgrade '': the lock has no such package"),
    "a pyproject.toml that is no TOML": pyproject("[project\n", "is not TOML", "line 1", "correct that line"),
    "dependencies that are a text": pyproject(
        '[project]\ndependencies = "idna"\n', "project.dependencies", "Expected `array`, got `str`"
    ),
    "a project that is a number": pyproject("project = 3\n", "pyproject.toml: project", "Expected `object`"),
    "an index without its address": pyproject(
        '[project]\ndependencies = []\n[[tool.uv.index]]\nname = "x"\n', "missing required field `url`", "tool.uv.index"
    ),
    "a uv.lock that is none": mistake("layer", config=_UV, files={"uv.lock": "version = 99\n"}, told="read by uv"),
}
PLACES = {
    "a project without a name": mistake("--project", "", "check", told=("names no folder", "leave it"), code=2),
    "a project to begin in that is not there": mistake(
        "--project", "project/nope", "init", told=("nope: there is no such folder", "--project DIR")
    ),
    "a profile without a name": mistake(
        "status", config=FUNCTIONS, environment={"AWS_PROFILE": ""}, told=("no profile is named", "unset AWS_PROFILE")
    ),
}
_ALONE = "functions:\n  api: {name: api, handler: app.handler}\n"
NAMES = {
    "a layer to show in a project without any": mistake(
        "show", "local", config=_ALONE, told=("this project has no layers", ".zip file")
    ),
    "a service of vulnerabilities without its scheme": mistake(
        "scan", "--osv-url", "osv.dev", told=("osv.dev is no address", "https://"), code=2
    ),
    "a function without its handler": mistake(
        "check", config=f"{LAYERS}functions:\n  api: {{name: api}}\n", told=("is required", "give module.attribute")
    ),
}
ODD_FILES = {**YAML, **LOCKS, **PLACES, **NAMES}
