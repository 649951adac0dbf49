from __future__ import annotations

import doctest
import json
from datetime import date
from importlib.resources import files

from deploy.runtimes import end_of_life
from deploy.runtimes.table import RUNTIMES


def test_the_dates_are_those_that_cfn_lint_has_from_aws() -> None:
    known = json.loads(files("cfnlint.data.AdditionalSpecs").joinpath("LmbdRuntimeLifecycle.json").read_text())
    theirs = {name: date.fromisoformat(known[name]["deprecated"]) for name in RUNTIMES}
    assert theirs == {name: row.deprecated for name, row in RUNTIMES.items()}


def test_the_example_is_true() -> None:
    assert doctest.testmod(end_of_life).failed == 0
