"""The import order of ARCHITECTURE.md section 2 and the size budgets, held against the real sources.

Each rule is also shown to fail on a small made-up tree: a checker that never complains would prove nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import architecture_rules as rules
from tests.architecture_rules import Source

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = rules.read_sources(REPOSITORY / "src" / "heron")
HEAVY = {"jax", "jaxlib", "numpy", "matplotlib", "rich", "typer", "h5py", "pandas", "safetensors", "scipy"}


def tree(**texts: str) -> dict[str, Source]:
    """A made-up source tree: layers__base="..." is heron.layers.base, layers____init__="..." its package."""
    sources = {"heron": Source.of("", is_package=True)}
    for key, text in texts.items():
        is_package = key.endswith("____init__")
        name = key.removesuffix("____init__").replace("__", ".")
        sources[f"heron.{name}"] = Source.of(text, is_package=is_package)
    return sources


RULES = [
    rules.check_levels,
    rules.check_cycles,
    rules.check_no_import_inside_functions,
    rules.check_products,
    rules.check_sizes,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule):
    assert {"heron", "heron._version"} <= set(SOURCES)
    assert rule(SOURCES) == []


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_tests_and_benchmarks_keep_the_size_budgets(folder):
    assert rules.check_sizes(rules.read_sources(REPOSITORY / folder, folder)) == []


def test_the_levels_are_those_of_the_house_plan():
    rows = [line for line in (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines() if "`" in line]
    for level, names in enumerate(rules.LEVELS):
        row = next(row for row in rows if row.startswith(f"| {level} "))
        written = {part.strip("/") for part in row.split("|")[2].split("`")[1::2]}
        assert written == set(names) - {"_version", "__main__"}, f"level {level}"


# Each rule can fail


@pytest.mark.parametrize(
    ("statement", "lower"),
    [
        ("from heron.layers import Dense", "heron.layers"),
        ("from heron import layers", "heron.layers"),
        ("import heron.layers.base as base", "heron.layers.base"),
        ("from ..layers import base", "heron.layers.base"),
        ("import importlib\nlayers = importlib.import_module('heron.layers')", "heron.layers"),
        ("try:\n    import heron.models\nexcept ImportError:\n    pass", "heron.models"),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    pass\nelse:\n    import heron.models",
            "heron.models",
        ),
    ],
)
def test_an_import_from_a_lower_level_is_refused(statement, lower):
    sources = tree(ops__nn=statement, layers____init__="", layers__base="", models="")
    (complaint,) = rules.check_levels(sources)
    assert complaint.startswith("heron.ops.nn:")
    assert f"(level 1) imports {lower} (level " in complaint


@pytest.mark.parametrize(
    "statement",
    [
        "import jax\nimport numpy as np\nimport herons_of_another_pond",
        "from heron.errors import ShapeError",
        "from heron import errors",
        "from heron import tree",
        "from .. import errors",
        "from . import numpy",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from heron.models import Model",
        "import typing\nif typing.TYPE_CHECKING:\n    from heron import models",
    ],
)
def test_imports_from_the_same_level_or_above_are_allowed(statement):
    sources = tree(ops__nn=statement, ops____init__="", ops__numpy="", errors="", tree="", models="")
    assert rules.check_levels(sources) == []


@pytest.mark.parametrize("statement", ["import heron", "from heron import Layer", "from heron import __version__"])
def test_only_products_import_the_root(statement):
    (complaint,) = rules.check_levels(tree(layers__core=statement))
    assert complaint.startswith("heron.layers.core:1 imports the root")
    assert rules.check_levels(tree(cli=statement)) == []


def test_a_module_without_a_level_is_refused():
    assert rules.check_levels(tree(misc="")) == [
        "heron.misc has no level: give 'misc' a row in ARCHITECTURE.md and in LEVELS"
    ]
    assert rules.check_levels(tree(layers="from heron.misc import x")) == [
        "heron.layers:1 imports heron.misc, which has no level"
    ]


def test_a_cycle_is_refused():
    sources = tree(
        ops__a="from heron.ops import b",
        ops__b="import heron.ops.c",
        ops__c="from heron.ops.a import f",
        ops__d="import heron.ops.a",
    )
    assert rules.check_cycles(sources) == ["import cycle: heron.ops.a -> heron.ops.b -> heron.ops.c -> heron.ops.a"]


def test_a_module_that_imports_from_its_own_package_front_is_a_cycle():
    sources = tree(
        layers____init__="from heron.layers.core import Dense", layers__core="from heron.layers import Layer"
    )
    assert rules.check_cycles(sources) == ["import cycle: heron.layers -> heron.layers.core -> heron.layers"]


def test_imports_without_a_cycle_are_allowed():
    sources = tree(
        layers____init__="from heron.layers.core import Dense\nfrom heron.layers import base",
        layers__core="from heron.layers.base import Layer",
        layers__base="from heron import errors",
        errors="",
    )
    assert rules.check_cycles(sources) == []


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    from heron.ops import nn",
        "class A:\n    def f(self):\n        import heron.ops",
        "async def f():\n    if x:\n        from .base import Layer",
        "def f():\n    return importlib.import_module('heron.ops')",
        "def f():\n    def g():\n        from . import base",
    ],
)
def test_an_own_import_inside_a_function_is_refused(text):
    (complaint,) = rules.check_no_import_inside_functions(tree(layers____init__="", layers__base="", layers__core=text))
    assert complaint.startswith("heron.layers.core:")
    assert "inside a function" in complaint


def test_a_third_party_import_inside_a_function_is_allowed():
    sources = tree(data="def f():\n    import pandas\n    return pandas\nclass A:\n    from heron import errors")
    assert rules.check_no_import_inside_functions(sources) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("from heron.layers.base import Layer", "heron.layers.base"),
        ("import heron.training", "heron.training"),
        ("from heron import variables", "heron.variables"),
        ("from heron.ops.lowering import conv", "heron.ops.lowering"),
        ("from heron.losses import _reduce", "heron.losses._reduce"),
        ("from heron.lessons.pictures import grid", "heron.lessons.pictures"),
    ],
)
def test_a_product_may_not_import_what_is_not_public(statement, what):
    (complaint,) = rules.check_products(tree(cli__main=statement, layers__core="from heron.layers.base import Layer"))
    assert complaint.startswith(f"heron.cli.main:1 imports {what}")
    assert complaint.endswith("a product uses the public API only")


@pytest.mark.parametrize(
    "statement",
    [
        "import heron",
        "from heron import Sequential, __version__, layers",
        "from heron.layers import Dense",
        "from heron.optimizers.schedules import CosineDecay",
        "from heron.cli._terminal import show",
        "from heron import lessons",
        "import numpy",
    ],
)
def test_a_product_may_import_what_users_import(statement):
    assert rules.check_products(tree(cli__main=statement, cli___terminal="", lessons="")) == []


def test_a_file_over_the_budget_is_refused():
    assert rules.check_sizes(tree(errors="x = 1\n" * 700)) == []
    assert rules.check_sizes(tree(errors="x = 1\n" * 701)) == [
        "heron.errors has 701 lines, over 700: split it by concept"
    ]


def test_a_function_over_the_budget_is_refused_and_its_docstring_is_free():
    docstring = '    """One.\n' + "    more\n" * 50 + '    """\n'
    for head in ("def f():\n", "async def f():\n"):
        assert rules.check_sizes(tree(errors=f"{head}{docstring}" + "    x = 1\n" * 79)) == []
        (complaint,) = rules.check_sizes(tree(errors=f"{head}{docstring}" + "    x = 1\n" * 80))
        assert complaint == "heron.errors:1 f has 81 lines, over 80"


# The lazy root


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    search = f"import sys; sys.path.insert(0, {str(REPOSITORY / 'src')!r})\n"
    done = subprocess.run([sys.executable, "-c", search + code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_heron_loads_nothing_heavy():
    loaded = loaded_by("import heron; heron.__version__; dir(heron)")
    assert {name for name in loaded if name.split(".")[0] == "heron"} == {"heron", "heron._version"}
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()


def test_the_look_at_loaded_modules_can_fail():
    assert "numpy" in {name.split(".")[0] for name in loaded_by("import numpy")} & HEAVY
