"""The functions of a chalice application, read from .chalice/config.json and app.py, which is not run.

https://aws.github.io/chalice/topics/configfile.html, https://aws.github.io/chalice/topics/purelambda.html
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.quantity import quantity
from . import blueprints
from .values import STAGES, FoundFunction, FoundProgram, by_stage, key_of, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .blueprints import Blueprint

# What is read at each level: the application's, a stage's and a function's.
_LEVELS = frozenset({"lambda_functions", "stages"})
_SHAPES = {
    "environment_variables": dict[str, str | float | bool] | None,
    "lambda_memory_size": int,
    "lambda_timeout": int,
}
_CONFIG = Path(".chalice/config.json")
_APP = "app.py"
# What makes a function of its own beside the one that answers routes.
_OWN_FUNCTION = frozenset(
    {"authorizer", "lambda_function", "on_cw_event", "on_dynamodb_record", "on_kinesis_record", "on_s3_event"}
    | {"on_sns_message", "on_sqs_message", "on_ws_connect", "on_ws_disconnect", "on_ws_message", "schedule"}
)
_ROUTES = frozenset({"delete", "get", "head", "patch", "post", "put", "route"})
_TAKEN = frozenset({"environment_variables", "lambda_architecture", "lambda_memory_size", "lambda_timeout"})
# What only says what the file is, or is looked at by itself.
_OWN = frozenset({"app_name", "lambda_functions", "stages", "version"})


def read(project: Path) -> Iterator[FoundProgram]:
    """Yield the application at the top of the project, where there is one."""
    path = project / _CONFIG
    if not path.is_file() or not (project / _APP).is_file():
        return
    try:
        config = _read(path.read_bytes())
        tree = ast.parse((project / _APP).read_text(encoding="utf-8"), filename=_APP)
    except (ValueError, SyntaxError) as error:  # msgspec's are ValueErrors
        yield FoundProgram(what=f"{_CONFIG}: chalice", left=(f"chalice: cannot be read: {error}",))
        return
    brought = list(blueprints.read(project, tree))
    known = [each for each in brought if not isinstance(each, str)]
    decorated = [*_decorated(tree, "app"), *(made for each in known for made in _of_blueprint(each))]
    stage, own = _first_stage(config)
    functions = list(_functions(config, stage, decorated))
    count = quantity(len(functions), "function")
    yield FoundProgram(
        what=f"{_CONFIG}: chalice, {count} of {_APP}",
        functions=tuple(functions),
        left=(*_left(project, config, stage, own, decorated), *_unread(brought)),
        name=str(config.get("app_name", "")),
        exclude=(".chalice/*",),
    )


def _read(text: bytes) -> dict[str, Any]:
    """Return what config.json has; raise ValueError where it is not of the shape that chalice reads."""
    config: dict[str, Any] = json.loads(text)
    _check(config)
    return config


def _check(level: object) -> None:
    """Raise ValueError for what has another shape at a level, or at one within it."""
    import msgspec

    for key, value in msgspec.convert(level, dict[str, object]).items():
        if key in _LEVELS:
            for each in (msgspec.convert(value, dict[str, object] | None) or {}).values():
                _check(each or {})
        elif key in _SHAPES:
            msgspec.convert(value, _SHAPES[key])


def _first_stage(config: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    """Return `dev`, which chalice deploys to by itself, else the first stage."""
    stages = config.get("stages") or {}
    name = "dev" if "dev" in stages or not stages else next(iter(stages))
    return name, stages.get(name) or {}


def _of_blueprint(each: Blueprint) -> Iterator[tuple[str, str, str]]:
    for kind, name, handler in _decorated(each.tree, each.module, each.name):
        yield kind, f"{each.prefix}{name}", handler


def _unread(brought: Sequence[Blueprint | str]) -> Iterator[str]:
    for each in brought:
        if isinstance(each, str):
            yield f"chalice: {each}: a blueprint that is not found in a module: its functions are not read"


def _decorated(tree: ast.Module, module: str, owner: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and handler of what each decorator `@app.KIND(name=…)` makes, of one `owner` or of any."""
    defined = (node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    for node in defined:
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if not isinstance(call, ast.Attribute) or owner not in {"", ast.unparse(call.value)}:
                continue
            if call.attr in _OWN_FUNCTION | _ROUTES:
                yield call.attr, _given_name(decorator) or node.name, f"{module}.{node.name}"


def _given_name(decorator: ast.expr) -> str:
    for each in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if each.arg == "name" and isinstance(each.value, ast.Constant):
            return str(each.value.value)
    return ""


def _functions(config: Mapping[str, Any], stage: str, decorated: list[tuple[str, str, str]]) -> Iterator[FoundFunction]:
    """Yield the function that answers routes, called like the application, and each one of its own."""
    app = str(config.get("app_name", "app"))
    if any(kind in _ROUTES for kind, _, _ in decorated):
        yield _function("api", app, "app.app", _levels(config, stage, "api_handler"))
    for kind, name, handler in decorated:
        if kind in _OWN_FUNCTION:
            yield _function(key_of(name), f"{app}-{name}", handler, _levels(config, stage, name))


def _levels(config: Mapping[str, Any], usual: str, function: str) -> dict[str, list[Mapping[str, Any]]]:
    """Return by stage what the application, the stage and the function itself say; one that is not there is `usual`."""
    given = config.get("stages") or {}
    found = {stage: given.get(stage) or given.get(usual) or {} for stage in STAGES}
    return {stage: [config, each, _own(each, function)] for stage, each in found.items()}


def _function(key: str, name: str, handler: str, levels: Mapping[str, Sequence[Mapping[str, Any]]]) -> FoundFunction:
    """Make one of what is said at each level, the last one first; variables add up, for each stage."""
    settings = {name: value for each in levels[STAGES[0]] for name, value in each.items()}
    given = {
        stage: {name: str(value) for each in those for name, value in (each.get("environment_variables") or {}).items()}
        for stage, those in levels.items()
    }
    names = dict.fromkeys(name for each in given.values() for name in each)
    environment = {name: by_stage({stage: each.get(name) for stage, each in given.items()}) for name in names}
    return FoundFunction(
        key=key,
        name=name,
        handler=handler,
        source=Path(),
        memory=int(settings.get("lambda_memory_size", 0)),
        timeout=int(settings.get("lambda_timeout", 0)),
        architecture=str(settings.get("lambda_architecture", "")),
        environment=variables(environment),
    )


def _own(stage: Mapping[str, Any], name: str) -> Mapping[str, object]:
    found = (stage.get("lambda_functions") or {}).get(name)
    return found if isinstance(found, dict) else {}


def _left(
    project: Path,
    config: Mapping[str, Any],
    stage: str,
    own: Mapping[str, object],
    decorated: list[tuple[str, str, str]],
) -> Iterator[str]:
    """Yield what chalice makes of the application and the pipeline does not."""
    for kind, name, _ in decorated:
        if kind in _OWN_FUNCTION - {"lambda_function"}:
            yield f"chalice: {name}: its source of events ({kind})"
    if any(kind in _ROUTES for kind, _, _ in decorated):
        yield "chalice: the API Gateway in front of app.app, and its routes"
    if everywhere := sorted(config.keys() - _TAKEN - _OWN):
        yield f"chalice: {', '.join(everywhere)}"
    if beside := sorted(own.keys() - _TAKEN - _OWN):
        yield f"chalice: stage {stage}: {', '.join(beside)}"
    if others := sorted(set(config.get("stages") or {}) - {stage}):
        yield f"chalice: the stages {', '.join(others)}: give each its place in `stages`"
    if (project / "vendor").is_dir():
        yield "chalice: vendor/: put what is in it beside app.py, or into the requirements"
