"""A rule leaves those alone who read what it takes; the code in these tests is what the published readers have."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.inside.exchange import Spared
from deploy.inside.parts import Parts
from deploy.inside.trim.source import modules
from tests.deploy.inside.synthetic import recipe, tree, trim, wheel

if TYPE_CHECKING:
    from deploy.inside.trim.apply import Trimmed

SAMPLE = wheel("sample", {})
NAMELESS = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)


def spared(result: Trimmed) -> list[tuple[str, str, str]]:
    return [(each.rule, each.distribution, each.reason) for each in result.spared]


def test_stubs_stay_with_whoever_reads_them_and_with_whoever_uses_such_a_reader() -> None:
    files = (
        tree({"lazy_loader/__init__.py": "f = name + '.pyi'\n", "lazy_loader/py.typed": ""}, owner="lazy-loader")
        | tree({"image/__init__.py": "import lazy_loader as lazy\n", "image/__init__.pyi": "x"}, owner="image")
        | tree({"plain/__init__.py": "'''about .pyi and lazy_loader'''\n", "plain/a.pyi": "x"}, owner="plain")
    )
    result = trim(files, recipe(SAMPLE, stubs=True))
    assert set(files) - set(result.files) == {"plain/a.pyi"}
    assert spared(result) == [
        ("stubs", "image", "image/__init__.py imports lazy_loader, which reads .pyi files"),
        ("stubs", "lazy-loader", "lazy_loader/__init__.py reads .pyi files"),
    ]


def test_every_node_that_can_name_something_is_looked_at() -> None:
    seen = 0
    for path in Path(ast.__file__).parent.glob("[a-d]*.py"):
        (module,) = modules(tree({"any.py": path.read_bytes()}), Parts({}))
        found = Counter(map(type, module.nodes))
        assert found == Counter(type(each) for each in ast.walk(module.tree) if not isinstance(each, NAMELESS)), path
        seen += found.total()
    assert seen > 50_000


def test_stubs_that_are_data_stay() -> None:
    files = tree({"jedi/typeshed.py": "if path.endswith('.pyi'): pass\n", "jedi/third_party/os.pyi": "x"}, owner="jedi")
    assert trim(files, recipe(SAMPLE, stubs=True)).files == files


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("HERE = join(dirname(__file__), 'fake_libc_include')\n", "fake_libc_include"),
        ("def get_include(): return os.path.join(root, 'core/include')\n", "include"),
        ("open(join(here, '_cffi_include.h'))\n", "_cffi_include.h"),
    ],
)
def test_headers_stay_where_their_folder_or_name_is_spelt(code: str, why: str) -> None:
    files = tree(
        {
            "a/__init__.py": code,
            "a/fake_libc_include/stdio.h": "x",
            "a/core/include/a.h": "x",
            "a/_cffi_include.h": "x",
            "a/core/__init__.py": "",
        }
    )
    result = trim(files, recipe(SAMPLE, stubs=True))
    assert result.files == files
    assert spared(result) == [("stubs", "sample", f"a/__init__.py names {why}")]


ABOUT = "Metadata-Version: 2.4\nName: structlog\nVersion: 1.0\nSummary: logs\n\nText"


@pytest.mark.parametrize(
    "code",
    [
        "from importlib import metadata\nsummary = metadata.metadata('structlog')['summary']\n",
        "import importlib.metadata as m\nm.distribution('x').metadata['Summary']\n",
        "import importlib_metadata\nimportlib_metadata.distribution('x').metadata.get('Home-page')\n",
        "from importlib.metadata import distribution\ndistribution('x').read_text('WHEEL')\n",
        "import pkg_resources\npkg_resources.get_distribution('x').get_metadata('PKG-INFO')\n",
        "from importlib.metadata import entry_points\nentry_points(group='console_scripts')\n",
    ],
)
def test_metadata_stays_whole_where_more_of_it_is_read(code: str) -> None:
    files = tree({"structlog/__init__.py": code, "structlog-1.0.dist-info/METADATA": ABOUT}, owner="structlog")
    result = trim(files, recipe(SAMPLE, metadata=True))
    assert result.files == files
    assert spared(result) == [("metadata", "structlog", "structlog/__init__.py reads more of its metadata than stays")]


@pytest.mark.parametrize(
    "code",
    [
        "import importlib.metadata\n__version__ = importlib.metadata.version('sample')\n",
        "from importlib import metadata\nmetadata.distribution('x').metadata['Name']\nmetadata.files('x')\n",
        "from importlib import metadata\nmetadata.distribution('x').read_text('RECORD')\n",
    ],
)
def test_metadata_is_cut_where_what_stays_is_all_that_is_read(code: str) -> None:
    files = tree({"structlog/__init__.py": code, "structlog-1.0.dist-info/METADATA": ABOUT}, owner="structlog")
    result = trim(files, recipe(SAMPLE, metadata=True))
    assert result.spared == ()
    assert b"Summary" not in result.files["structlog-1.0.dist-info/METADATA"].content


def test_metadata_of_another_that_is_read_by_name_stays_whole() -> None:
    reader = {"tool.py": "from importlib import metadata\nmetadata.metadata('Some_Thing')['License']\n"}
    about = {"some_thing-1.0.dist-info/METADATA": ABOUT, "some_thing.py": ""}
    files = tree(reader, owner="tool") | tree(about, owner="some-thing")
    result = trim(files, recipe(SAMPLE, metadata=True))
    assert result.files == files
    assert result.spared == (
        Spared(rule="metadata", distribution="some-thing", reason="tool.py reads more of its metadata than stays"),
    )


def test_zones_stay_where_another_distribution_asks_for_them() -> None:
    zones = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"
    dateutil = tree({zones: "x", "dateutil/tz.py": "from dateutil.zoneinfo import get\n"}, owner="python-dateutil")
    user = tree({"user.py": "from dateutil.zoneinfo import get_zonefile_instance\n"}, owner="user")
    assert zones not in trim(dateutil, recipe(SAMPLE, zone_data=True)).files
    assert zones in trim(dateutil | user, recipe(SAMPLE, zone_data=True)).files


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("import boto3\ndef f(name): return boto3.resource(name)\n", True),
        ("def f(session): return session.resource('s3', region_name='x')\n", True),
        ("def f(loader): return loader.resource('x')\n", False),
        ("def f(loader, name): return loader.resource(name)\n", False),
    ],
)
def test_the_data_of_boto3s_resources_stays_where_another_distribution_calls_for_one(code: str, *, stays: bool) -> None:
    data = "boto3/data/s3/2006-03-01/resources-1.json"
    boto3 = tree({data: "x", "boto3/session.py": "self.resource('s3')\n"}, owner="boto3")
    result = trim(boto3 | tree({"user.py": code}, owner="user"), recipe(SAMPLE, boto3_resources=True))
    assert (data in result.files) is stays
