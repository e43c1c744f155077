"""The rules of ARCHITECTURE.md section 2 as functions over sources: each takes sources and returns the complaints.

A source tree is a dict from module name ("heron.layers.base") to a `Source`; `read_sources` makes one from files,
`Source.of` from text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = "heron"
# Row by row as in ARCHITECTURE.md: a module imports from its own row and from the rows above it.
LEVELS: tuple[tuple[str, ...], ...] = (
    (
        "_version",
        "tracebacks",
        "errors",
        "old_modules",
        "folders",
        "settings",
        "config",
        "dtype_policies",
        "validate",
        "registry",
    ),
    ("variables", "symbolic", "ops", "random", "tree", "compilation_cache", "compilation"),
    ("initializers", "regularizers", "constraints", "activations"),
    ("layers",),
    ("losses", "metrics", "optimizers"),
    ("data", "datasets"),
    ("training", "callbacks"),
    ("saving", "export"),
    ("models", "plot", "utils", "backend", "mixed_precision", "wrappers"),
    ("__main__", "cli", "compat", "lessons", "glossary", "serving", "playground", "pipeline", "distribution"),
)
LEVEL_OF = {name: level for level, names in enumerate(LEVELS) for name in names}
PRODUCTS = frozenset(LEVELS[-1])
# What a product may import besides the root, itself and the front of another product: what users are told to import.
PUBLIC_MODULES = frozenset(
    f"{ROOT}.{name}"
    for name in (
        *("errors", "folders", "config", "dtype_policies", "random", "tree", "utils"),
        *("ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy"),
        *("initializers", "regularizers", "constraints", "activations"),
        *("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "callbacks", "models"),
        *("data", "datasets", "saving", "export", "plot"),
    )
)
MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 80

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """The text of one module, and whether it is the `__init__` of a package."""

    text: str
    is_package: bool = False

    @classmethod
    def of(cls, text: str, *, is_package: bool = False) -> Source:
        return cls(text, is_package)


@dataclass(frozen=True)
class Import:
    """One import of our own: the module reached, and what was taken from it ("" for the module itself)."""

    target: str
    name: str
    line: int
    inside_function: bool


def read_sources(folder: Path, package: str = ROOT) -> dict[str, Source]:
    sources = {}
    for path in sorted(folder.rglob("*.py")):
        if path.parent.match("lessons/programs"):  # data, which is never imported
            continue
        parts = (package, *path.relative_to(folder).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        sources[".".join(parts[:-1] if is_package else parts)] = Source(path.read_text(encoding="utf-8"), is_package)
    return sources


# The import graph


def own_imports(module: str, source: Source, known: Mapping[str, Source]) -> list[Import]:
    """Every import of heron's own modules in `source`, blocks under TYPE_CHECKING left out."""
    found = []
    for node, inside in _walk(ast.parse(source.text), inside_function=False):
        for target, name in _targets(node, module, source.is_package):
            if target == ROOT or target.startswith(f"{ROOT}."):
                taken_is_module = bool(name) and (f"{target}.{name}" in known or (target == ROOT and name in LEVEL_OF))
                reached, rest = (f"{target}.{name}", "") if taken_is_module else (target, name)
                found.append(Import(reached, rest, node.lineno, inside))
    return found


def _walk(node: ast.AST, *, inside_function: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for statement in child.orelse:
                yield statement, inside_function
                yield from _walk(statement, inside_function=inside_function)
            continue
        yield child, inside_function
        yield from _walk(child, inside_function=inside_function or isinstance(child, Function | ast.Lambda))


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _targets(node: ast.AST, module: str, is_package: bool) -> Iterator[tuple[str, str]]:
    """The (module, name) pairs that one node imports; a call of import_module with a written name counts."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = module.split(".") if is_package else module.split(".")[:-1]
            base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
        yield from ((base, alias.name) for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
            yield node.args[0].value, ""


# The rules


def check_levels(sources: Mapping[str, Source]) -> list[str]:
    """Nothing imports from a lower row; below the products nothing imports the root; every module has a row."""
    complaints = []
    for module, source in sources.items():
        if module == ROOT:
            continue
        top = _top(module)
        if top not in LEVEL_OF:
            complaints.append(f"{module} has no level: give {top!r} a row in ARCHITECTURE.md and in LEVELS")
            continue
        for found in own_imports(module, source, sources):
            where = f"{module}:{found.line}"
            if found.target == ROOT:
                if top not in PRODUCTS:
                    complaints.append(f"{where} imports the root: name the module that defines {found.name or 'it'}")
            elif _top(found.target) not in LEVEL_OF:
                complaints.append(f"{where} imports {found.target}, which has no level")
            elif LEVEL_OF[_top(found.target)] > LEVEL_OF[top]:
                complaints.append(
                    f"{where} (level {LEVEL_OF[top]}) imports {found.target} (level {LEVEL_OF[_top(found.target)]})"
                )
    return complaints


def check_cycles(sources: Mapping[str, Source]) -> list[str]:
    """No module reaches itself by imports."""
    edges = {
        module: sorted({found.target for found in own_imports(module, source, sources)} & set(sources))
        for module, source in sources.items()
        if module != ROOT
    }
    edges = {module: [target for target in targets if target in edges] for module, targets in edges.items()}
    finished: set[str] = set()
    complaints = []

    def visit(module: str, path: list[str]) -> None:
        if module in path:
            complaints.append("import cycle: " + " -> ".join([*path[path.index(module) :], module]))
        elif module not in finished:
            for target in edges[module]:
                visit(target, [*path, module])
            finished.add(module)

    for module in edges:
        visit(module, [])
    return complaints


def check_no_import_inside_functions(sources: Mapping[str, Source]) -> list[str]:
    """Own modules are imported at the top of a file; the lazy root is the exception."""
    return [
        f"{module}:{found.line} imports {found.target} inside a function: import it at the top of the file"
        for module, source in sources.items()
        if module != ROOT
        for found in own_imports(module, source, sources)
        if found.inside_function
    ]


def check_products(sources: Mapping[str, Source]) -> list[str]:
    """A product imports the root, public modules, itself, and the front of another product; and no private name."""
    complaints = []
    for module, source in sources.items():
        top = _top(module)
        if module == ROOT or top not in PRODUCTS:
            continue
        for found in own_imports(module, source, sources):
            own = found.target == f"{ROOT}.{top}" or found.target.startswith(f"{ROOT}.{top}.")
            front = found.target in {f"{ROOT}.{product}" for product in PRODUCTS}
            public = found.target == ROOT or found.target in PUBLIC_MODULES
            private_name = found.name.startswith("_") and not found.name.endswith("__")
            if not (own or front or public) or (private_name and not own):
                what = f"{found.target}.{found.name}" if found.name else found.target
                complaints.append(f"{module}:{found.line} imports {what}: a product uses the public API only")
    return complaints


def check_sizes(sources: Mapping[str, Source]) -> list[str]:
    """No file over MAX_FILE_LINES; no function over MAX_FUNCTION_LINES, its decorators and docstring not counted."""
    complaints = []
    for module, source in sources.items():
        lines = len(source.text.splitlines())
        if lines > MAX_FILE_LINES:
            complaints.append(f"{module} has {lines} lines, over {MAX_FILE_LINES}: split it by concept")
        for node in ast.walk(ast.parse(source.text)):
            if isinstance(node, Function) and (length := _function_lines(node)) > MAX_FUNCTION_LINES:
                complaints.append(f"{module}:{node.lineno} {node.name} has {length} lines, over {MAX_FUNCTION_LINES}")
    return complaints


def _function_lines(node: Function) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        docstring = node.body[0]
        length -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return length


def _top(module: str) -> str:
    """The row's name for a module: "layers" for heron.layers.base, "" for the root."""
    return module.partition(".")[2].partition(".")[0]
