"""Accounts, organizations, channels, buckets and aliases: what AWS would refuse is refused before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.settings import (
    Layer,
    Share,
    Stage,
)
from tests.deploy.configurations import project, refusal

if TYPE_CHECKING:
    from pathlib import Path


def test_accounts_are_digits_with_or_without_quotes(tmp_path: Path) -> None:
    layer = load(project(tmp_path, "layers: {a: {share: {accounts: [123456789012, '012345670123']}}}"), {}).layers["a"]
    assert layer.share == Share(accounts=("123456789012", "012345670123"))


@pytest.mark.parametrize("account", ["012345670123", "12345678901", "'1234567890123'", "'12345678901a'", "1e11"])
def test_what_yaml_or_aws_reads_as_another_account_is_refused(tmp_path: Path, account: str) -> None:
    faults = refusal(tmp_path, f"layers: {{a: {{share: {{accounts: [{account}]}}}}}}")
    assert "in quotes where the first is 0" in faults["layers.a.share.accounts.0"][1]


@pytest.mark.parametrize("organization", ["o-short", "O-A1B2C3D4E5", "r-a1b2c3d4e5"])
def test_an_organization_that_aws_would_refuse_is_refused(tmp_path: Path, organization: str) -> None:
    assert "layers.a.share.organization" in refusal(
        tmp_path, f"layers: {{a: {{share: {{organization: {organization}}}}}}}"
    )


def test_sharing_decides_nothing_about_a_layer_s_bytes_or_checks() -> None:
    assert repr(Layer(name="a", share=Share(public=True), channels="/layers")) == repr(Layer(name="a"))


@pytest.mark.parametrize(
    ("text", "path"), [("true", "/layers"), ("false", None), ("/team/layers", "/team/layers"), (None, None)]
)
def test_channels_are_asked_for_and_may_be_elsewhere(tmp_path: Path, text: str | None, path: str | None) -> None:
    layer = "" if text is None else f"channels: {text}"
    assert load(project(tmp_path, f"layers: {{a: {{{layer}}}}}"), {}).layers["a"].channels == path


@pytest.mark.parametrize("path", ["layers", "/layers/", "'/with space'", "1"])
def test_a_path_for_channels_that_ssm_would_refuse_is_refused(tmp_path: Path, path: str) -> None:
    assert "layers.a.channels" in refusal(tmp_path, f"layers: {{a: {{channels: {path}}}}}")


def test_a_bucket_is_for_the_stage_s_own_region_unless_it_says_which(tmp_path: Path) -> None:
    one = Stage(name="dev", region="eu-central-1", stack="dev", publish_regions=("us-east-1",), bucket="one")
    assert (one.bucket_in("eu-central-1"), one.bucket_in("us-east-1")) == ("one", None)
    text = "{region: eu-central-1, stack: d, publish-regions: [us-east-1], bucket: {eu-central-1: one, us-east-1: two}}"
    stage = load(project(tmp_path, f"layers: {{a: {{}}}}\nstages: {{dev: {text}}}"), {}).stages["dev"]
    assert [stage.bucket_in(region) for region in stage.regions] == ["one", "two"]


def test_a_bucket_for_a_region_that_gets_nothing_is_refused(tmp_path: Path) -> None:
    text = "{region: eu-central-1, stack: d, publish-regions: [us-east-1], bucket: {us-east-2: two}}"
    faults = refusal(tmp_path, f"layers: {{a: {{}}}}\nstages: {{dev: {text}}}")
    assert faults["stages.dev.bucket.us-east-2"] == (
        "the stage publishes nothing there",
        "use one of: eu-central-1, us-east-1",
    )


@pytest.mark.parametrize("alias", ["12", "", "a b"])
def test_an_alias_that_aws_would_refuse_is_refused(tmp_path: Path, alias: str) -> None:
    text = f"layers: {{a: {{}}}}\nfunctions: {{f: {{name: f, handler: f.f, alias: {json.dumps(alias)}}}}}"
    assert "functions.f.alias" in refusal(tmp_path, text)
