from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.atomic import write
from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError, PipelineError
from deploy.inside.exchange import Pin, Report
from deploy.layer.cache import Cache, Miss
from deploy.layer.spec import LayerSpec
from deploy.layer.values import BuiltLayer
from deploy.settings import Layer

if TYPE_CHECKING:
    from pathlib import Path

REPORT = Report(python="3.11.9", glibc="2.26", packages=(), savings=(), files=1, zipped=5, unzipped=5)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def built(tmp_path: Path) -> BuiltLayer:
    dockerfile = tmp_path / "Dockerfile.layer"
    dockerfile.write_text("FROM scratch\n", encoding="utf-8")
    zipped = tmp_path / "build" / "all.zip"
    zipped.parent.mkdir()
    zipped.write_bytes(b"bytes")
    spec = LayerSpec(
        layer=Layer(name="all"),
        runtime="python3.11",
        architecture="x86_64",
        image=RuntimeImage("runtime", "sha256:1"),
        pins=(Pin(name="boto3", version="1", hashes=("a",)),),
        dockerfile=dockerfile,
        stem="all",
    )
    return BuiltLayer(spec=spec, zip=zipped, sha256=hashlib.sha256(b"bytes").hexdigest(), report=REPORT)


def test_what_was_kept_is_found_again(cache: Cache, built: BuiltLayer) -> None:
    kept = cache.keep(built)
    assert kept.zip.read_bytes() == b"bytes"
    assert cache.find(built.spec) == kept == replace(built, zip=kept.zip)


@pytest.mark.parametrize("damage", [b"", b"[", b"{}", b"garbage\n{}"])
def test_whatever_is_damaged_is_not_there(cache: Cache, built: BuiltLayer, damage: bytes) -> None:
    cache.keep(built)
    cache.remember(built.spec)
    cache.keep_checks("key", "passed")
    for kept in cache.root.rglob("*.json"):
        kept.write_bytes(damage)
    assert cache.find(built.spec) == Miss("never built here")
    assert cache.checks("key") is None


def test_a_corrupted_entry_is_a_miss_that_says_so(cache: Cache, built: BuiltLayer) -> None:
    cache.keep(built)
    (cache.root / "layers" / built.spec.fingerprint / "layer.zip").write_bytes(b"bytez")
    found = cache.find(built.spec)
    assert isinstance(found, Miss)
    assert found.reason.startswith("the cached zip is damaged")


def test_a_miss_names_the_inputs_that_changed(cache: Cache, built: BuiltLayer) -> None:
    assert cache.find(built.spec) == Miss("never built here")
    cache.remember(built.spec)
    changed = replace(built.spec, architecture="arm64", image=RuntimeImage("runtime", "sha256:2"))
    assert cache.find(changed) == Miss("changed: image, architecture")
    assert cache.find(built.spec) == Miss("no longer in the cache")


def test_checks_are_kept_by_key(cache: Cache) -> None:
    assert cache.checks("key") is None
    cache.keep_checks("key", "passed")
    assert cache.checks("key") == "passed"


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write(target, b"before")
    with pytest.raises(TypeError):
        write(target, "not bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_that_takes_nothing_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "dist").write_bytes(b"a file, where a folder should be")
    with pytest.raises(PipelineError, match="cannot be written"):
        write(tmp_path / "dist" / "layer.zip", b"bytes")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CHANNELWRIGHT_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/channelwright"),
        ({"HOME": "/h"}, "/h/.cache/channelwright"),
    ],
)
def test_the_folder_is_found_as_the_environment_says(environment: dict[str, str], expected: str) -> None:
    assert str(Cache.from_environment(environment).root) == expected


def test_projects_without_a_dockerfile_of_their_own_are_not_taken_for_each_other(
    cache: Cache, built: BuiltLayer, tmp_path: Path
) -> None:
    mine = replace(built.spec, project=tmp_path / "mine")
    cache.remember(mine)
    assert cache.find(replace(mine, runtime="python3.12")) == Miss("changed: runtime")
    assert cache.find(replace(mine, project=tmp_path / "theirs")) == Miss("never built here")


def test_what_other_users_may_write_to_proves_nothing_without_a_key(cache: Cache) -> None:
    cache.keep_checks("key", "passed")
    assert (cache.shared, cache.checks("key")) == ("", "passed")
    for folder in (cache.root, cache.root / "checks"):
        folder.chmod(0o777)
        assert (cache.shared, cache.checks("key")) == (str(folder), None)
        keyed = replace(cache, secret=KEY)
        keyed.keep_checks("key", "passed")
        assert (keyed.shared, keyed.checks("key")) == ("", "passed")
        folder.chmod(0o775)
        assert cache.checks("key") == "passed"


KEY = "0123456789abcdef" * 2


def test_what_somebody_kept_without_the_key_or_under_another_one_or_for_something_else_is_not_there(
    cache: Cache,
) -> None:
    keyed = replace(cache, secret=KEY)
    keyed.keep_checks("key", "passed\nand more")
    assert keyed.checks("key") == "passed\nand more"
    assert replace(cache, secret=KEY[::-1]).checks("key") is None
    assert cache.checks("key") is None
    (sealed,) = (cache.root / "checks").iterdir()
    sealed.with_name("other.sealed").write_bytes(sealed.read_bytes())
    assert keyed.checks("other") is None
    cache.keep_checks("forged", "passed")
    (cache.root / "checks" / "forged.sealed").write_bytes((cache.root / "checks" / "forged.json").read_bytes())
    assert keyed.checks("forged") is None


def test_a_key_is_found_in_the_environment_is_not_shown_and_has_to_be_a_long_one() -> None:
    found = Cache.from_environment({"HOME": "/h", "CHANNELWRIGHT_CACHE_KEY": KEY})
    assert found.secret == KEY
    assert KEY not in repr(found)
    with pytest.raises(ConfigError, match="has 5 characters"):
        Cache.from_environment({"HOME": "/h", "CHANNELWRIGHT_CACHE_KEY": "short"})
