from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.health import QUESTION, answering, layer_roots, tree_digest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.conftest import Payload

EMPTY = hashlib.sha256().hexdigest()


def write(root: Path, **files: str) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def digest(**files: str) -> str:
    lines = [
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name.replace('__', '/')}\n" for name, text in files.items()
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def handler(event: Any, context: Any) -> tuple[Any, Any]:
    return event, context


def test_a_tree_is_digested_by_path_and_content(tmp_path: Path) -> None:
    write(tmp_path, b="2", a__c="1")
    assert tree_digest([tmp_path]) == digest(a__c="1", b="2")


@pytest.mark.parametrize("change", [{"b": "3"}, {"d": "2"}, {"a__e": ""}])
def test_any_changed_added_or_renamed_file_changes_the_digest(tmp_path: Path, change: dict[str, str]) -> None:
    before = tree_digest([write(tmp_path, b="2", a__c="1")])
    assert tree_digest([write(tmp_path, **change)]) != before


def test_paths_are_sorted_as_text_and_not_folder_by_folder(tmp_path: Path) -> None:
    write(tmp_path, a__b="1")
    (tmp_path / "a.py").write_text("2")
    lines = f"{hashlib.sha256(b'2').hexdigest()}  a.py\n{hashlib.sha256(b'1').hexdigest()}  a/b\n"
    assert tree_digest([tmp_path]) == hashlib.sha256(lines.encode()).hexdigest()


def test_of_two_layers_with_the_same_path_the_one_that_is_imported_counts(tmp_path: Path) -> None:
    first, second = write(tmp_path / "1", a="1"), write(tmp_path / "2", a="2", b="2")
    assert tree_digest([first, second]) == digest(a="1", b="2")


def test_layers_are_found_by_their_manifest_beside_the_folder_on_the_path(tmp_path: Path) -> None:
    layer = write(tmp_path / "opt", channelwright__deps="", python__yaml="")
    (layer / "channelwright/deps.json").write_text("{}")
    other = write(tmp_path / "runtime", python__boto3="")
    path = ["/var/task", str(layer / "python"), str(layer / "python"), str(other / "python"), str(layer)]
    assert layer_roots(path) == [layer]


def test_the_question_is_answered_with_what_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = write(tmp_path / "task", bot="code")
    layer = write(tmp_path / "opt", python__yaml="code")
    write(layer / "channelwright").mkdir()
    (layer / "channelwright/deps.json").write_text("{}")
    monkeypatch.setattr("sys.path", [str(code), str(layer / "python")])
    manifest = f"{hashlib.sha256(b'{}').hexdigest()}  channelwright/deps.json\n"
    module = f"{hashlib.sha256(b'code').hexdigest()}  python/yaml\n"
    assert answering(handler, code)(dict(QUESTION), None) == {
        "code": digest(bot="code"),
        "layers": hashlib.sha256((manifest + module).encode()).hexdigest(),
    }


def test_without_layers_the_digest_is_that_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    answer = answering(handler, tmp_path)(dict(QUESTION), None)
    assert answer == {"code": EMPTY, "layers": EMPTY}


@pytest.mark.parametrize("extra", [{"body": ""}, {"channelwright": "Health"}, {"Records": []}])
def test_anything_else_goes_to_the_handler(tmp_path: Path, extra: dict[str, Any]) -> None:
    event = QUESTION | extra
    assert answering(handler, tmp_path)(event, "context") == (event, "context")


@pytest.mark.parametrize("shape", ["function_url", "http_api", "rest_api"])
def test_the_question_cannot_be_asked_through_a_url(tmp_path: Path, payload: Payload, shape: str) -> None:
    event = payload(shape) | {"body": '{"channelwright": "health"}', "queryStringParameters": dict(QUESTION)}
    assert answering(handler, tmp_path)(event, None) == (event, None)
