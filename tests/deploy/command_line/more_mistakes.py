"""More of what people get wrong: names that are nearly right, files in the wrong place, options of others."""

from __future__ import annotations

from tests.deploy.command_line.stranger import FUNCTIONS, LAYERS, LOCK, mistake

_NOBODY = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
_IN_A_REGION = {**_NOBODY, "AWS_REGION": "eu-central-1"}
_SIX = f"{LAYERS}functions:\n  api: {{name: api, handler: app.handler, layers: [a, b, c, d, e, f]}}\n"


def changed(before: str, after: str) -> str:
    """Return the configuration with two functions' worth of keys, one of them wrong."""
    assert before in FUNCTIONS
    return FUNCTIONS.replace(before, after)


HANDLERS = {
    "a handler whose module is misspelt": mistake(
        "check", config=changed("app.handler", "ap.handler"), told=("ap.handler needs ap.py in src", "correct")
    ),
    "a handler that the module has not": mistake(
        "check", config=changed("app.handler", "app.main"), told=("src/app.py defines no main", "use one of: handler")
    ),
    "a handler without its module": mistake(
        "check", config=changed("app.handler", "handler"), told=("has not the form", "give module.attribute")
    ),
    "a source that is misspelt": mistake(
        "check", config=changed("source: src", "source: scr"), told=("needs app.py in scr", "`code.source`")
    ),
    "a module that is no Python": mistake(
        "check", config=FUNCTIONS, files={"src/app.py": "def handler(:\n"}, told=("src/app.py is no Python", "line 1")
    ),
    "a module of zeros": mistake("check", config=FUNCTIONS, files={"src/app.py": b"\0\0"}, told="is no Python"),
}
VALUES = {
    "a function's layer that is misspelt": mistake(
        "check", config=changed("layers: [deps]", "layers: [dep]"), told=("there is no layer 'dep'", "mean deps?")
    ),
    "six layers": mistake("check", config=_SIX, told=("has more than 5 items", "at most 5 layers")),
    "a layer name with a space": mistake(
        "check", config="layers: {my layer: {}}\n", told=("my layer", "letters, digits, hyphens")
    ),
    "a layer twice": mistake(
        "check", config="layers: {a: {}}\nlayers: {b: {}}\n", told=("2:1", "layers is there twice")
    ),
    "no layers behind the key": mistake("check", config="layers:\n", told=("null is not of type", "give the layers")),
    "a list in place of layers": mistake(
        "check", config="layers: [deps]\n", told=("is not of type", "give the layers")
    ),
    "an architecture of docker's": mistake(
        "check", config=f"{LAYERS}architectures: [amd64]\n", told=('"amd64" is not allowed', "mean arm64?")
    ),
    "memory with its unit": mistake(
        "check", config=changed("name: api,", "name: api, memory: 256MB,"), told=("is not of type", "give MB")
    ),
    "a timeout that is too long": mistake(
        "check", config=changed("name: api,", "name: api, timeout: 1000,"), told=("maximum of 900", "give seconds")
    ),
    "one stack for two stages": mistake(
        "check",
        config=changed("api-prod", "api-dev"),
        told=("stages.prod.stack: api-dev is the stack of dev too", "own"),
    ),
    "a template that is not there": mistake(
        "check", config=f"{FUNCTIONS}template: config/t.yaml\n", told=("t.yaml: there is no such file", "`template`")
    ),
    "an alias that leads to itself": mistake(
        "check", config="layers: &all {deps: *all}\n", told=("is not YAML that can be used", "leads back to itself")
    ),
    "a file where the folder of the configuration goes": mistake(
        "init", "--yes", config=None, files={"config": "x"}, told=("config is a file: take it away",)
    ),
    "a region of stages to be that is none": mistake(
        "init", "--yes", "--region", "nowhere", config=None, told=("--region nowhere: ", "such as eu-central-1")
    ),
    "UTF-16": mistake("check", config=LAYERS.encode("utf-16"), told=("is not UTF-8", "save it as UTF-8")),
    "a parameter that the template has not": mistake(
        "deploy",
        "--stage",
        "dev",
        config=changed("suffix: -dev", "suffix: -dev, parameters: {Token: {env: TOKEN_OF_NOBODY}}"),
        environment=_NOBODY,
        told=("Token: the pipeline's own template has no such parameter", "TOKEN_OF_NOBODY is not set", "export"),
    ),
}
LOCKS = {
    "a requirements file that is not there": mistake(
        "check", config=f"{LAYERS}requirements: reqs.txt\n", told=("reqs.txt: no such file", "lock`")
    ),
    "a requirements file that is a folder": mistake(
        "check", config=f"{LAYERS}requirements: src\n", told=("src: Is a directory", "name a file")
    ),
    "poetry's lock": mistake(
        "check",
        config=f"{LAYERS}requirements: poetry.lock\n",
        files={"poetry.lock": "x"},
        told=("poetry keeps its lock", "poetry export"),
    ),
    "a lock without hashes": mistake(
        "layer", files={"requirements.txt": "idna==3.10\n"}, told=("txt:1: idna==3.10 has no sha256 hash", "lock`")
    ),
    "a hash that is cut": mistake(
        "layer", files={"requirements.txt": "idna==3.10 --hash=sha256:abc\n"}, told=("has no sha256 hash", "lock`")
    ),
    "a package locked twice": mistake(
        "layer", files={"requirements.txt": LOCK + LOCK.replace("3.10", "3.9")}, told="txt:3: idna is locked twice"
    ),
    "a merge that was not finished": mistake(
        "layer", files={"requirements.txt": f"<<<<<<< HEAD\n{LOCK}=======\n>>>>>>> x\n"}, told="with hashes: <<<<<<<"
    ),
    "no requirements at all": mistake(
        "lock",
        files={"requirements.in": None, "requirements.txt": None},
        told=("requirements.in: no such file", "one requirement a line"),
    ),
    "one = for two": mistake(
        "lock", files={"requirements.in": "idna=3.10\n"}, told=("in:1: is no requirement: idna=3.10", "NAME==VERSION")
    ),
    "a layer that there is not": mistake("layer", "nope", told=("nope: no such layer", "use one of: deps")),
}
WORDS = {
    "a backend that is a program": mistake("layer", "--backend", "podman", told="use one of: container, host", code=2),
    "an option that is none's": mistake(
        "rollback", "--stage", "dev", "--to", "x", config=FUNCTIONS, told="--to: there is no such option", code=2
    ),
    "no stage to go back in": mistake("rollback", told="required: --stage", code=2),
    "a stage that is empty": mistake("deploy", "--stage", "", config=FUNCTIONS, told="use one of: dev, prod"),
    "the stage itself to promote to": mistake(
        "promote", "--from", "dev", "--to", "dev", config=FUNCTIONS, told=("is dev, as --from is", "name two stages")
    ),
    "a number in words": mistake("prune", "--stage", "dev", "--keep", "many", told="many is not a number", code=2),
    "no rounds": mistake("bench", "--rounds", "0", told="0 is not a number above 0", code=2),
    "hours in words": mistake("doctor", "--hours", "some", told="some is no number of hours", code=2),
    "a shell of Windows": mistake("completion", "powershell", told="use one of: bash, fish, zsh", code=2),
    "another stage's name to confirm": mistake(
        "destroy", "--stage", "dev", "--confirm", "prod", config=FUNCTIONS, told="prod: is not dev, the stage that is"
    ),
    "a version in words": mistake("report", "--version", "newest", told="newest is no version", code=2),
    "an ARN that is cut": mistake("report", "--arn", "arn:aws:lambda:x", told="is not the ARN of a layer", code=2),
    "zips that are not there": mistake("diff", "a.zip", "b.zip", told=("a.zip: No such file", "name a layer's zip")),
    "a folder without manifests": mistake(
        "update-text", "--before", "nope", "--after", "nope", told=("nope: holds no layer's manifest", "layer`")
    ),
    "a second init": mistake("init", "--yes", told=("is there already", "change it by hand")),
    "a second workflow": mistake(
        "init", "--github", "--yes", files={".github/workflows/release.yml": "x"}, told="is there already"
    ),
    "nothing to start from": mistake(
        "--project",
        "project/empty",
        "init",
        files={"empty/x": ""},
        config=None,
        told=("no function", "requirements.in"),
    ),
    "no functions to make a template of": mistake("template", told="nothing to make a template of"),
    "a project that the environment misspells": mistake(
        "check", config=None, environment={"CHANNELWRIGHT_PROJECT": "project/nope"}, told="there is no such folder"
    ),
}
MACHINES = {
    "an engine's address that is none": mistake(
        "layer", environment={"DOCKER_HOST": "nonsense"}, told=("DOCKER_HOST=nonsense: is no address", "unix:///PATH")
    ),
    "an engine that is not there": mistake(
        "layer",
        environment={"DOCKER_HOST": "tcp://127.0.0.1:1"},
        told=(
            "no container engine answers",
            "tcp://127.0.0.1:1 (DOCKER_HOST names it): Connection refused",
            "--backend host",
        ),
    ),
    "certificates of an engine that are nowhere": mistake(
        "layer",
        environment={"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nope"},
        told=("certificates cannot be used", "DOCKER_CERT_PATH names the folder with ca.pem"),
    ),
    "a context that there is not": mistake(
        "layer", environment={"DOCKER_CONTEXT": "nope"}, told=("docker has no such context", "DOCKER_CONTEXT=nope")
    ),
    "a version where nobody answers": mistake("show", "1", environment=_IN_A_REGION, told="cannot be reached"),
}
MORE_MISTAKES = {**HANDLERS, **VALUES, **LOCKS, **WORDS, **MACHINES}
