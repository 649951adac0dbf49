from __future__ import annotations

import pytest

from deploy.errors import PipelineError
from deploy.report.data import stem
from tests.deploy.published.layers import zipped
from tests.deploy.report.layers import SAVINGS, data, in_aws, layer, manifest, older_layer, our_layer


def test_a_layer_that_was_built_here_is_known_in_full() -> None:
    found = data()
    assert (found.name, found.origin, found.runtime, found.architecture) == ("l", "dist/l.zip", "python3.11", "x86_64")
    assert found.trimming
    assert found.trimming.bytes == 17_040_000
    assert found.trimming.excluded == {"tests/**": "nobody runs them"}
    assert found.imports
    assert [each.module for each in found.imports.modules] == ["small", "big"]
    assert found.imports.without == {"pyyaml": "the trim policy took it"}
    assert found.remarks == ("it is a remark",)
    facts = {fact.name: fact.value for fact in found.facts}
    assert facts["Commit"] == "c0ffee+dirty"
    assert facts["sha256"] == found.contents.sha256


def test_of_a_layer_whose_papers_are_not_here_import_times_are_not_known_and_savings_are() -> None:
    found = data(built=False)
    assert found.imports is None
    assert found.trimming
    assert [saving.rule for saving in found.trimming.savings] == [saving["rule"] for saving in SAVINGS]


def test_a_layer_that_was_audited_and_not_imported_has_no_import_times() -> None:
    from deploy.report.data import gather
    from tests.deploy.report.layers import SETTINGS, known

    content = our_layer()
    assert gather(known(content, manifest(content, imported=False)), SETTINGS).imports is None


def test_of_a_foreign_layer_nothing_is_made_up() -> None:
    found = data(zipped({"python/a.py": "x"}), built=False, name="/home/me/theirs.zip")
    assert (found.name, found.origin) == ("theirs", "theirs.zip")
    assert (found.trimming, found.imports, found.comparison) == (None, None, None)
    assert any("not this pipeline" in fact.value for fact in found.facts)


def test_a_version_in_aws_says_what_it_is_for() -> None:
    found = data(zipped({"python/a.py": "x"}), built=False, published=in_aws(architectures=("arm64",)))
    assert found.architecture == "arm64"
    assert found.origin == "arn:aws:lambda:eu-central-1:123456789012:layer:theirs:4"
    assert ("Published", "2026-01-02T03:04:05Z") in [(fact.name, fact.value) for fact in found.facts]


def test_a_version_for_several_architectures_is_judged_for_the_projects_own() -> None:
    both = in_aws(architectures=("arm64", "x86_64"))
    assert data(zipped({"a": "x"}), built=False, published=both).architecture == "x86_64"


def test_pages_are_named_after_the_layer() -> None:
    assert stem(layer(our_layer(), "some/folder/l-arm64.zip")) == "l-arm64"
    assert stem(layer(our_layer(), "theirs:4", in_aws())) == "theirs"


@pytest.mark.parametrize("forged", [1, ["x"], [{"rule": "a"}], [{"rule": "a", "files": 1, "bytes": "<b>"}]])
def test_savings_that_this_pipeline_did_not_write_are_refused(forged: object) -> None:
    with pytest.raises(
        PipelineError, match=r"its manifest does not say what is in it as this pipeline writes it[\s\S]*\$\.savings"
    ):
        data(our_layer(savings=forged), built=False)


def test_a_comparison_marks_what_was_added_and_changed() -> None:
    found = data(before=older_layer())
    assert found.comparison
    kinds = {change.name: change.kind for change in found.comparison.difference.packages}
    assert kinds == {"big": "upgraded", "small": "added", "old": "removed"}
    assert found.comparison.before == "before.zip"
