"""What people get wrong, each with what they have to be told."""

from __future__ import annotations

from tests.deploy.command_line.stranger import FUNCTIONS, LAYERS, METADATA, mistake, zipped

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
_NOWHERE = "http://127.0.0.1:1"
_SIGNED_IN = {**_CREDENTIALS, "AWS_ENDPOINT_URL": _NOWHERE}
_ONE_FILE = {"python/a.py": "x = 1\n"}

CONFIGURATION = {
    "no configuration": mistake("check", config=None, told=("there is no such file", "--project DIR")),
    "the other ending": mistake(
        "check", config=None, files={"config/pipeline.yml": LAYERS}, told="its name is config/pipeline.yaml: rename"
    ),
    "not in config": mistake("check", config=None, files={"pipeline.yaml": LAYERS}, told="rename"),
    "a tab": mistake("check", config="layers:\n\tdeps: {}\n", told=("pipeline.yaml:2:1: ", "indent with spaces")),
    "an empty file": mistake("check", config=b"", told=("pipeline.yaml: is empty", "layers:")),
    "comments alone": mistake("check", config="# nothing yet\n", told="is empty"),
    "a folder in its place": mistake(
        "check", config=None, files={"config/pipeline.yaml/x": ""}, told="cannot be read: Is a directory"
    ),
    "latin-1": mistake("check", config="# gr\xfc\xdfe\n".encode("latin-1"), told=("is not UTF-8", "save it as UTF-8")),
    "a list": mistake("check", config="- layers\n", told="holds a list, not keys and values"),
    "an unclosed bracket": mistake("check", config="layers: {deps: [\n", told=("pipeline.yaml:2:1: ", "is not YAML")),
    "a runtime that is too old": mistake(
        "check", config=f"runtime: python3.10\n{LAYERS}", told="use one of: python3.11, python3.12"
    ),
    "a runtime without its name": mistake("check", config=f"runtime: 3.12\n{LAYERS}", told="did you mean python3.12?"),
    "a key in capitals": mistake("check", config=f"Runtime: python3.11\n{LAYERS}", told="did you mean runtime?"),
    "a project that is not there": mistake("--project", "project/nope", "check", told="nope: there is no such folder"),
    "a project that is a file": mistake("--project", "project/requirements.in", "check", told="is a file, not a"),
}
COMMAND_LINE = {
    "no command at all": mistake(
        told=("no command was named", " init`", "write the least configuration that works", "--project DIR"), code=2
    ),
    "a command that is misspelt": mistake("deplyo", told=("deplyo: there is no such", "mean deploy?"), code=2),
    "an option that is misspelt": mistake(
        "deploy", "--stge", "dev", told=("--stage STAGE", "--stge: there is no such option", "mean --stage?"), code=2
    ),
    "an option of another command": mistake("check", "--built", told=("usage:", "check", "--built: there is"), code=2),
    "an option that is missing": mistake("deploy", told="required: --stage", code=2),
    "an area that is misspelt": mistake("doctor", "--only", "stak", told="did you mean stack?", code=2),
    "the project behind the command": mistake("check", "--project", ".", told="stands before the command", code=2),
    "more than is taken": mistake("check", "it", told="it: is more than the command takes", code=2),
    "a port that is none": mistake("local", "--port", "99999", told="99999 is no port", code=2),
    "a stage that is misspelt": mistake("deploy", "--stage", "porod", config=FUNCTIONS, told="did you mean prod?"),
    "a target that is none": mistake(
        "promote", "--from", "dev", "--to", "nope", config=FUNCTIONS, told=("--to nope: no such stage", "dev, prod")
    ),
    "no stages at all": mistake(
        "deploy", "--stage", "dev", told=("define one below `stages`", "stages: {dev: {region: eu-central-1}}")
    ),
    "local without stages": mistake("local", told=("--stage: no such stage", "define one below `stages`")),
}
LOCKING = {
    "an emptied lock": mistake("layer", files={"requirements.txt": ""}, told=("locks nothing", "lock")),
    "no lock": mistake("layer", files={"requirements.txt": None}, told=("requirements.txt: ", "lock`")),
    "a package to upgrade that is not locked": mistake(
        "lock", "--upgrade", "idan", told=("--upgrade idan: the lock has no such package", "did you mean idna?")
    ),
    "a requirement that is none": mistake(
        "lock", files={"requirements.in": "idna=>3\n"}, told="in:1: is no requirement"
    ),
    "pip's configuration broken": mistake(
        "lock", environment={"PIP_CONFIG_FILE": "project/requirements.in"}, told="is no configuration of pip"
    ),
    "a cache that can be none": mistake(
        "layer", environment={"CHANNELWRIGHT_CACHE": "/dev/null/x"}, told=("cannot be read", "CHANNELWRIGHT_CACHE")
    ),
}
CLOUD = {
    "an endpoint that is no address": mistake(
        "status",
        config=FUNCTIONS,
        environment={**_CREDENTIALS, "AWS_ENDPOINT_URL": "nonsense"},
        told=("Invalid endpoint: nonsense", "AWS_ENDPOINT_URL=nonsense is set here"),
    ),
    "one service's endpoint": mistake(
        "status",
        config=FUNCTIONS,
        environment={**_CREDENTIALS, "AWS_ENDPOINT_URL_STS": "nonsense"},
        told="AWS_ENDPOINT_URL_STS=nonsense is set here",
    ),
    "a profile that is none": mistake(
        "status",
        config=FUNCTIONS,
        environment={"AWS_PROFILE": "nope"},
        told=("there is no profile nope", "AWS_PROFILE"),
    ),
    "a stage's profile that is misspelt": mistake(
        "status",
        config=FUNCTIONS.replace("api-dev,", "api-dev, profile: wrok,"),
        files={"aws": "[profile work]\nregion = eu-central-1\n"},
        environment={"AWS_CONFIG_FILE": "project/aws"},
        told=("there is no profile wrok", "did you mean work?"),
    ),
    "AWS's configuration broken": mistake(
        "status", config=FUNCTIONS, environment={"AWS_CONFIG_FILE": "project/requirements.in"}, told="Unable to parse"
    ),
    "no credentials": mistake("status", config=FUNCTIONS, told=("no usable AWS credentials", "sign in")),
    "a region that is none": mistake(
        "status", "--region", "not a region", config=FUNCTIONS, environment=_SIGNED_IN, told="such as eu-central-1"
    ),
    "a region that is misspelt": mistake(
        "status", "--region", "eu-centrl-1", config=FUNCTIONS, environment=_SIGNED_IN, told="mean eu-central-1?"
    ),
    "nobody there": mistake("status", config=FUNCTIONS, environment=_SIGNED_IN, told="cannot be reached"),
    "variables that are not UTF-8": mistake(
        "deploy",
        "--stage",
        "dev",
        config=FUNCTIONS,
        files={".env.dev": b"A=gr\xfc\xdfe\n"},
        environment=_SIGNED_IN,
        told=(".env.dev: is not UTF-8", "save it"),
    ),
    "variables in a folder": mistake(
        "deploy",
        "--stage",
        "dev",
        config=FUNCTIONS,
        files={".env/dev": ""},
        environment=_SIGNED_IN,
        told=".env: cannot be read",
    ),
}
LOOKING = {
    "no zip": mistake("show", "project/x.zip", files={"x.zip": "no"}, told="x.zip: is not a zip that can be read"),
    "half a zip": mistake(
        "show", "project/x.zip", files={"x.zip": zipped({"python/a.py": "x = 1\n" * 1000})[:300]}, told="is not a zip"
    ),
    "a member that is damaged": mistake(
        "show",
        "project/x.zip",
        files={"x.zip": zipped({METADATA: "Name: a\nVersion: 1\n"}).replace(b"Name: a", b"Name: b")},
        told="is not a zip that can be read",
    ),
    "nothing there": mistake("show", "nope.zip", told="nope.zip: No such file"),
    "nothing built yet": mistake("show", "local", told=("dist/deps.zip: No such file", "build it:")),
    "no layer's name": mistake("show", "n o p e", told=("names no layer version", "LAYER:VERSION")),
    "a layer that is none": mistake(
        "report", "--version", "1", environment={"AWS_REGION": "eu-central-1"}, told="no usable AWS credentials"
    ),
    "no region": mistake("show", "1", told=("no stage to take a region from", "AWS_REGION")),
    "a page where a folder is": mistake(
        "report",
        "project/x.zip",
        "--out",
        "project/src",
        files={"x.zip": zipped(_ONE_FILE)},
        told=("src: cannot be written: Is a directory", "name a file"),
    ),
    "a page below a file": mistake(
        "report",
        "project/x.zip",
        "--out",
        "project/x.zip/y.html",
        files={"x.zip": zipped(_ONE_FILE)},
        told=("y.html: cannot be written", "x.zip is a file: take it away"),
    ),
    "no package's name": mistake("where", "a b c", told="a b c is no package", code=2),
}
MISTAKES = {**CONFIGURATION, **COMMAND_LINE, **LOCKING, **CLOUD, **LOOKING}
