"""`python -m deploy report` on what is in dist/, on files, and on layer versions of an emulated account."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from tests.integration.release import looking
from tests.integration.release.looking import CONFIG, Looker, delivered
from tests.integration.shipment import COMMIT, zipped

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from deploy.layer.verify import VerifiedLayer
    from tests.integration.shipment import Shop

SHA = COMMIT.sha or ""
ARN = "arn:aws:lambda:eu-central-1:123456789012:layer"


@pytest.fixture
def published(aws: Aws, shop: Shop) -> VerifiedLayer:
    return looking.published(aws, shop)


def page(look: Looker) -> str:
    return (look.project / "dist" / "tiny-layer.html").read_text(encoding="utf-8")


def test_what_was_built_is_written_beside_it(look: Looker, shop: Shop) -> None:
    delivered(look, layer := shop.layer({"idna": "3.7"}))
    said = look.text("report")
    path = look.project / "dist" / "tiny-layer.html"
    assert said.startswith(f"{path}  ")
    assert said.endswith(" kB, about dist/tiny-layer.zip\n")
    assert layer.built.sha256 in page(look)
    assert SHA in page(look)
    assert str(look.project) not in page(look)


def test_it_works_without_aws_and_twice_the_same(look: Looker, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    delivered(look, shop.layer({"idna": "3.7"}))
    found = look.json("report")
    first = page(look)
    assert found == {
        "file": str(look.project / "dist" / "tiny-layer.html"),
        "bytes": len(first.encode()),
        "layer": "tiny-layer",
        "sha256": hashlib.sha256((look.project / "dist" / "tiny-layer.zip").read_bytes()).hexdigest(),
    }
    look.run("report", "tiny-layer")
    assert page(look) == first


@pytest.mark.usefixtures("published")
def test_a_published_version_is_fetched_and_its_import_times_are_not_known(look: Looker) -> None:
    assert look.text("report", "--version", "1").endswith(f"about {ARN}:tiny-layer:1\n")
    assert "No manifest there is about these very bytes" in page(look)
    assert "<b>six</b>" in page(look)
    assert f"<code>{SHA[:12]}</code>" in page(look)


def test_a_published_version_with_papers_in_dist_is_known_in_full(look: Looker, published: VerifiedLayer) -> None:
    delivered(look, published)
    look.run("report", "tiny-layer", "--version", "2")
    assert "Imported one after the other" in page(look)
    assert SHA in page(look)
    look.run("report", "--version", "1")
    assert "Imported one after the other" not in page(look)


@pytest.mark.parametrize(
    ("arguments", "before", "kind"),
    [
        (("--version", "2", "--compare", "1"), f"{ARN}:tiny-layer:1", "removed"),
        (("--version", "1", "--compare", "2"), f"{ARN}:tiny-layer:2", "added"),
        (("--arn", f"{ARN}:tiny-layer:2", "--compare", "1"), f"{ARN}:tiny-layer:1", "removed"),
        (("--compare", "1"), f"{ARN}:tiny-layer:1", "removed"),
        (("--version", "1", "--compare", "local"), "dist/tiny-layer.zip", "added"),
    ],
)
def test_versions_and_what_was_built_are_compared(
    look: Looker, published: VerifiedLayer, arguments: tuple[str, ...], before: str, kind: str
) -> None:
    delivered(look, published)
    look.text("report", *arguments)
    assert f"Compared with <code>{before}</code>" in page(look)
    assert f'<span class="badge {kind}">' in page(look)


def test_a_zip_of_anybodys_is_shown_and_compared_with(look: Looker, shop: Shop) -> None:
    theirs = look.project / "theirs.zip"
    theirs.write_bytes(zipped({"python/theirs/__init__.py": "x = 1\n"}))
    delivered(look, shop.layer({"idna": "3.7"}))
    out = look.project / "deep" / "page.html"
    assert look.text("report", str(theirs), "--out", str(out)).startswith(f"{out}  ")
    assert "not one of ours" in out.read_text(encoding="utf-8")
    look.text("report", "--compare", str(theirs))
    assert "Compared with <code>theirs.zip</code>" in page(look)


def test_an_arn_of_another_region_is_asked_there(look: Looker, aws: Aws) -> None:
    there = aws.session.client("lambda", region_name="us-east-1")
    content = zipped({"python/theirs/__init__.py": "x = 1\n"})
    made = there.publish_layer_version(LayerName="theirs", Content={"ZipFile": content})
    look.text("report", "--arn", made["LayerVersionArn"])
    assert made["LayerVersionArn"] in (look.project / "dist" / "theirs.html").read_text(encoding="utf-8")


def test_what_is_not_there_is_refused_and_nothing_is_written(look: Looker, published: VerifiedLayer, aws: Aws) -> None:
    assert "build it: `nox -s layer`" in look.refused("report")
    assert "there is no such layer version" in look.refused("report", "--version", "9")
    layers.delete(aws, "tiny-layer", 1)
    delivered(look, published)
    assert "there is no such layer version" in look.refused("report", "--compare", "1")
    (look.project / "broken.zip").write_bytes(b"not a zip")
    assert "is not a zip that can be read" in look.refused("report", str(look.project / "broken.zip"))
    assert not (look.project / "dist" / "tiny-layer.html").exists()


def test_of_several_layers_one_has_to_be_named(look: Looker, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    several = Looker(
        look.project, capsys, CONFIG.replace("tiny-layer: {}", "tiny-layer: {packages: [idna]}, other: {}")
    )
    delivered(several, shop.layer({"idna": "3.7"}))
    assert "there are tiny-layer, other" in several.refused("report")
    assert "dist/tiny-layer.zip" in several.text("report", "tiny-layer")


@pytest.mark.parametrize(
    "arguments", [("--version", "0"), ("--version", "x"), ("--arn", "x"), ("--version", "1", "--arn", "arn:aws:x")]
)
def test_wrong_usage_is_told(look: Looker, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        look.run("report", *arguments)
    assert ended.value.code == 2
