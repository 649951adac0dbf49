"""What people get wrong in the files that say what is wanted, and from where."""

from __future__ import annotations

from tests.deploy.command_line.stranger import LAYERS, mistake

_OWN = '[project]\nname = "x"\nversion = "1"\n'
_UV = 'name = "mine"\nurl = "http://u:s3cret@127.0.0.1:1/simple"\n'
_MEMBER = (
    '{OWN}dependencies = ["y"]\n[tool.uv.sources]\ny = { workspace = true }\n[tool.uv.workspace]\nmembers = ["/m/*"]\n'
)


def project(text: str) -> dict[str, str]:
    return {"pyproject.toml": f"{_OWN}{text}"}


def wanted(text: str) -> dict[str, str | None]:
    """Return a pyproject.toml from which the lock is made."""
    return {"pyproject.toml": text.replace("{OWN}", _OWN), "requirements.in": None, "requirements.txt": None}


MISTAKES_IN_LOCKS = {
    "dependencies that are a text": mistake(
        "lock", files=wanted('{OWN}dependencies = "six"\n'), told=("project.dependencies: Expected `array`", "correct")
    ),
    "a group that includes one that is not there": mistake(
        "lock",
        config=f"{LAYERS}lock: {{groups: [a]}}\n",
        files=wanted('{OWN}dependencies = []\n[dependency-groups]\na = [{ include-group = "b" }]\n'),
        told="there is no group b",
    ),
    "an extra that is misspelt": mistake(
        "lock",
        config=f"{LAYERS}lock: {{extras: [awss]}}\n",
        files=wanted('{OWN}dependencies = []\n[project.optional-dependencies]\naws = ["six"]\n'),
        told=("pyproject.toml has no awss", "did you mean aws?"),
    ),
    "limits that are not there": mistake(
        "lock",
        files={"requirements.in": "-c none.txt\nidna\n"},
        told=("none.txt: No such file", "in:1, which names it"),
    ),
    "a marker that is none": mistake(
        "lock", files={"requirements.in": "idna; python > 3\n"}, told=("in:1: is no requirement", "marker variable")
    ),
    "a folder that is no project": mistake(
        "lock", files={"requirements.in": "./src\n"}, told=("in:1: ./src holds no Python project", "pyproject.toml or")
    ),
    "a branch in place of a commit": mistake(
        "lock",
        files={"requirements.in": "own @ git+https://127.0.0.1:1/x@main\n"},
        told=("in:1: main is asked for", "with all 40 digits"),
    ),
    "a Pipfile that is no TOML": mistake(
        "lock", files={"Pipfile": "[[source]\n"}, told=("Pipfile: is not TOML", "line 1")
    ),
    "one source of PDM's as a table": mistake(
        "lock", files=project('[tool.pdm.source]\nurl = "x"\n'), told="tool.pdm.source: Expected `array`"
    ),
    "uv's own file with a number": mistake(
        "lock", files={"uv.toml": "index = 3\n"}, told=("uv.toml: index", "Expected `array`")
    ),
    "an index that a source misspells": mistake(
        "lock",
        files=project(f'[[tool.uv.index]]\n{_UV}[tool.uv.sources]\nidna = {{ index = "mien" }}\n'),
        told=("idna: is to come from an index that is not there: mien", "did you mean mine?"),
    ),
    "an index that is a number": mistake(
        "lock", files=project("[tool.uv.sources]\nidna = { index = 3 }\n"), told="Expected `str`, got `int`"
    ),
    "a source that is a text": mistake(
        "lock", files=project('[tool.uv.sources]\nidna = "x"\n'), told=("tool.uv.sources", "got `str`")
    ),
    "an index without https": mistake(
        "lock",
        files={"requirements.in": "-i u:s3cret@packages.example/simple\nidna\n"},
        told=(
            "packages.example/simple: is no address of a package index",
            "no https://",
            "write https://packages",
        ),
    ),
    "a port that is none": mistake(
        "lock",
        files=project(f"[[tool.uv.index]]\n{_UV.replace(':1/', ':99999/')}"),
        told=("127.0.0.1:99999/simple: is no address of a package index", "Port out of range"),
    ),
    "a group of Poetry's as a list": mistake(
        "lock", files=project('[tool.poetry.group.a]\ndependencies = ["x"]\n'), told="Expected `object`, got `array`"
    ),
    "the former group of Poetry's as a list": mistake(
        "lock", files=project('[tool.poetry]\ndev-dependencies = ["x"]\n'), told="tool.poetry.dev-dependencies"
    ),
    "members of a workspace anywhere": mistake(
        "lock", files=wanted(_MEMBER), told=("'/m/*' is no pattern of folders", "below the folder of that file")
    ),
    "a member that is not there": mistake(
        "lock",
        files=wanted(_MEMBER.replace("/m", "m")),
        told=("sources.y: the workspace has no such member", "members"),
    ),
    "a lock of a later standard": mistake(
        "check",
        config=f"{LAYERS}requirements: pylock.toml\n",
        files={"pylock.toml": 'lock-version = "9.0"\ncreated-by = "x"\npackages = []\n'},
        told=("pylock version 9.0 is not supported", "the tool that made it"),
    ),
    "a picture for a lock": mistake(
        "layer", files={"requirements.txt": b"\x89PNG\r\n\x1a\n\0"}, told=("requirements.txt: is not UTF-8", "save it")
    ),
    "no reason to build": mistake(
        "check", config=f"{LAYERS}build-from-source: {{docopt: ''}}\n", told=("docopt: ", "give why it is built")
    ),
    "a cooldown in words": mistake(
        "check", config=f"{LAYERS}lock: {{cooldown-days: a week}}\n", told=("cooldown-days", "give how many days old")
    ),
}
