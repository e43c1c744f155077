"""The reference: a page for each public module, an entry for each public thing, written from what Python knows of it.

The modules are imported and looked at, not read as text: many ops are made from tables, and have no text of their own.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.docs import docstrings

# The pages, and the public modules on each. "" is heron itself.
PAGES: dict[str, tuple[str, ...]] = {
    "heron": ("",),
    "models": ("models",),
    "layers": ("layers",),
    "activations": ("activations",),
    "initializers": ("initializers",),
    "regularizers": ("regularizers",),
    "constraints": ("constraints",),
    "losses": ("losses",),
    "metrics": ("metrics",),
    "optimizers": ("optimizers", "optimizers.schedules"),
    "callbacks": ("callbacks",),
    "data": ("data",),
    "datasets": (
        *("datasets", "datasets.fashion_mnist", "datasets.mnist", "datasets.cifar10", "datasets.cifar100"),
        *("datasets.imdb", "datasets.reuters", "datasets.boston_housing", "datasets.california_housing"),
        *("datasets.auto_mpg", "datasets.basic_motions", "datasets.rock_paper_scissors"),
        *("datasets.cats_vs_dogs", "datasets.horses_or_humans"),
    ),
    "saving": ("saving",),
    "plot": ("plot",),
    "ops": ("ops",),
    "ops.numpy": ("ops.numpy",),
    "ops.nn": ("ops.nn",),
    "ops.image": ("ops.image",),
    "ops.linalg": ("ops.linalg",),
    "random": ("random",),
    "utils": ("utils", "utils.bounding_boxes"),
    "tree": ("tree",),
    "config": ("config",),
    "dtype_policies": ("dtype_policies",),
    "mixed_precision": ("mixed_precision",),
    "wrappers": ("wrappers",),
    "errors": ("errors",),
    "backend": ("backend",),
    "compat": ("compat",),
}
# The layers are too many for one page: those of these folders have a page each.
LAYERS = ("convolution", "pooling", "recurrent", "attention", "normalization", "preprocessing", "image")
# Who has an entry when several modules publish a thing: the first of these that does, else the first page above.
FIRST = ("ops.nn", "ops.linalg", "ops.image", "ops.numpy", "models", "layers", "losses", "metrics")
MODULES = [module for modules in PAGES.values() for module in modules]
PLUMBING = {"arguments", "keeps_kwargs", "renamed", "rules"}  # what every object with a config has
WIDTH = 88


@dataclass
class Entry:
    """A public thing: where it is explained, and every name by which it may be called."""

    thing: Any
    page: str
    name: str  # as it is written: heron.layers.Dense
    others: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.page}.md#{self.name}"


class Reference:
    """Everything public, found once."""

    @cached_property
    def names(self) -> dict[str, Any]:
        """Every public name, `heron.` in front, and what it stands for."""
        return {
            full(module, name): getattr(imported(module), name)
            for module in MODULES
            for name in public(imported(module))
            if not isinstance(getattr(imported(module), name), types.ModuleType)
        }

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Public name to its entry; names of one thing share one."""
        entries: dict[str, Entry] = {}
        things: dict[Any, list[str]] = {}
        for name, thing in self.names.items():
            key = id(thing) if callable(thing) else name  # equal numbers are not one thing
            things.setdefault(key, []).append(name)
        for names in things.values():
            thing = self.names[names[0]]
            name = min(names, key=lambda one: preference(one, thing))
            entry = Entry(thing, page_of(name, thing), shown(names, name), [])
            entry.others = sorted(set(names) - {entry.name}, key=lambda one: (one.count("."), one))
            entries.update(dict.fromkeys(names, entry))
        return entries

    def pages(self) -> dict[str, str]:
        """File name to markdown, the contents of the reference first."""
        return {"index.md": self.contents(), **{f"{page}.md": self.page(page) for page in self.page_names}}

    @cached_property
    def page_names(self) -> list[str]:
        """The pages in their order."""
        inside = {"layers": [f"layers.{folder}" for folder in LAYERS]}
        return [name for page in PAGES for name in (page, *inside.get(page, ()))]

    def contents(self) -> str:
        rows = [f"| [`{title(page)}`]({page}.md) | {first_sentence(doc(page))} |" for page in self.page_names]
        table = "\n".join(["| | |", "|---|---|", *rows])
        intro = "Every public name, written from its docstring. The examples are run by the tests."
        return f"# Reference\n\n{intro}\n\n{table}\n"

    def page(self, page: str) -> str:
        modules = PAGES.get(page, (page,))
        parts = [f"# {title(page)}", docstrings.markdown(doc(page), self.linker(page))]
        for module in modules:
            inside = module if page in PAGES else "layers"
            names = [name for name in self.names if name.rpartition(".")[0] == full(inside)]
            if page not in PAGES:
                names = [name for name in names if self.entries[name].page == page]
            if module != modules[0]:
                parts += [f"## {full(module)} {{ #{full(module)} }}", docstrings.markdown(doc(module))]
            parts.append(self.overview(page, names))
            mine = {id(self.entries[n]): self.entries[n] for n in names if self.entries[n].page == page}
            own = [entry for entry in mine.values() if home(entry, modules) == module]
            parts += [self.entry(entry, "##" if len(modules) == 1 else "###") for entry in own]
        return "\n\n".join(part for part in parts if part) + "\n"

    def overview(self, page: str, names: list[str]) -> str:
        rows = []
        for name in names:
            entry = self.entries[name]
            target = f"#{entry.name}" if entry.page == page else entry.address
            anchor = f'<span id="{name}"></span>' if name != entry.name or entry.page != page else ""
            rows.append(f"| {anchor}[`{name.rpartition('.')[2]}`]({target}) | {first_sentence(said(entry.thing))} |")
        return "\n".join(["| | |", "|---|---|", *rows]) if rows else ""

    def entry(self, entry: Entry, level: str) -> str:
        name = entry.name.rpartition(".")[2]
        parts = [f"{level} {name} {{ #{entry.name} }}", signature(entry.name, entry.thing)]
        if entry.others:
            parts.append("Also " + ", ".join(f"`{other}`" for other in entry.others) + ".")
        if inspect.isclass(entry.thing):
            parts.append(self.bases(entry))
        parts.append(docstrings.markdown(said(entry.thing), self.linker(entry.page)))
        if inspect.isclass(entry.thing):
            parts += [self.member(entry, n, member, level + "#") for n, member in self.members(entry.thing)]
        return "\n\n".join(part for part in parts if part)

    def bases(self, entry: Entry) -> str:
        bases = [base for base in entry.thing.__mro__[1:] if id(base) in self.classes]
        shown = [base for base in bases if not any(issubclass(other, base) for other in bases if other is not base)]
        links = [
            f"[`{self.classes[id(base)].name}`]({self.target(entry.page, self.classes[id(base)])})" for base in shown
        ]
        return f"Base: {', '.join(links)}" if links else ""

    @cached_property
    def classes(self) -> dict[int, Entry]:
        return {id(entry.thing): entry for entry in self.entries.values() if inspect.isclass(entry.thing)}

    def members(self, cls: type) -> Iterator[tuple[str, Any]]:
        """What a class adds to its public bases: methods and properties with words of their own."""
        bases = [base for base in cls.__mro__[1:] if id(base) in self.classes]
        for name in sorted(dir(cls)):
            owner = next((base for base in cls.__mro__ if name in vars(base)), object)
            member = inspect.getattr_static(cls, name)
            if name.startswith("_") or name in PLUMBING or owner.__module__.partition(".")[0] != "heron":
                continue
            if any(hasattr(base, name) for base in bases) or not said(member):
                continue
            if isinstance(member, (types.FunctionType, classmethod, staticmethod, property)):
                yield name, member

    def member(self, entry: Entry, name: str, member: Any, level: str) -> str:
        function = getattr(member, "__func__", member)
        parts = [f"{level} {entry.name.rpartition('.')[2]}.{name} {{ #{entry.name}.{name} }}"]
        if not isinstance(member, property):
            takes = next(iter(inspect.signature(function).parameters), "")
            parts.append(signature(name, function, bound=takes in ("self", "cls")))
        parts.append(docstrings.markdown(said(member), self.linker(entry.page)))
        return "\n\n".join(parts)

    def target(self, page: str, entry: Entry) -> str:
        return f"#{entry.name}" if entry.page == page else entry.address

    def linker(self, page: str) -> docstrings.Linker:
        """Names between backquotes lead to their entries: full ones, and those of classes of the page's own module."""
        module = full("layers" if page.startswith("layers.") else PAGES.get(page, ("",))[0])

        def link(text: str) -> str:
            name = text.removesuffix("()")
            entry = self.entries.get(name) or (self.entries.get(f"{module}.{name}") if name[:1].isupper() else None)
            return self.target(page, entry) if entry else ""

        return link


def imported(module: str) -> types.ModuleType:
    return importlib.import_module(full(module))


def full(module: str, name: str = "") -> str:
    """The name as users write it.

    >>> full("layers", "Dense"), full("")
    ('heron.layers.Dense', 'heron')
    """
    return ".".join(part for part in ("heron", module, name) if part)


def public(space: types.ModuleType) -> list[str]:
    """`__all__` in its order; of a module without it the classes and functions that it defines."""
    listed = getattr(space, "__all__", None)
    own = [name for name, value in vars(space).items() if getattr(value, "__module__", None) == space.__name__]
    return [name for name in (own if listed is None else listed) if not name.startswith("_")]


def preference(name: str, thing: Any) -> tuple[int, bool]:
    """Names of one thing are ordered by the module that explains it, then the thing's own name before second names."""
    module, _, last = name.removeprefix("heron.").rpartition(".")
    order = FIRST.index(module) if module in FIRST else len(FIRST) + MODULES.index(module)
    return (order if module else 1000), last != getattr(thing, "__name__", last)


def shown(names: list[str], name: str) -> str:
    """Ops are called heron.ops.relu, wherever they are explained."""
    short = re.sub(r"^heron\.ops\.\w+\.", "heron.ops.", name)
    return short if short in names else name


def page_of(name: str, thing: Any) -> str:
    module = name.rpartition(".")[0].removeprefix("heron").lstrip(".")
    if module == "layers":
        folder = getattr(thing, "__module__", "").removeprefix("heron.layers.").partition(".")[0]
        return f"layers.{folder}" if folder in LAYERS else "layers"
    return next(page for page, modules in PAGES.items() if module in modules)


def home(entry: Entry, modules: tuple[str, ...]) -> str:
    """Which module of a page of several an entry stands under."""
    module = entry.name.rpartition(".")[0].removeprefix("heron").lstrip(".")
    return module if module in modules else modules[0]


def title(page: str) -> str:
    return full("" if page == "heron" else page)


def doc(page: str) -> str:
    return inspect.getdoc(imported("" if page == "heron" else page)) or ""


def said(thing: Any) -> str:
    """The docstring; none for what is no class, function or property: numbers, strings and the like."""
    if isinstance(thing, property):
        return inspect.cleandoc(thing.__doc__ or "")
    thing = getattr(thing, "__func__", thing)
    return inspect.getdoc(thing) or "" if callable(thing) else f"`{type(thing).__name__}`: `{str(thing)[:60]!r}`."


def first_sentence(text: str) -> str:
    """What a table shows of a docstring: its first sentence, in one line."""
    paragraph = " ".join(text.partition("\n\n")[0].split()).partition(" >>> ")[0]
    sentence = re.match(r"(?:`[^`]*`|[^`])*?(?:\.(?= [A-Z`])|$)", paragraph)
    return docstrings.prose(sentence[0] if sentence else paragraph, lambda name: "")


def signature(name: str, thing: Any, bound: bool = False) -> str:
    """How a thing is called, as code; one argument a line where one line is too short."""
    if not callable(thing):
        return ""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    parameters = list(found.parameters.values())[1 if bound else 0 :]
    written, kinds = [], [p.kind for p in parameters]
    for number, parameter in enumerate(parameters):
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.VAR_POSITIONAL not in kinds and "*" not in written:
            written.append("*")
        written.append(argument(parameter))
        last = number + 1 == len(parameters) or kinds[number + 1] is not parameter.POSITIONAL_ONLY
        if parameter.kind is parameter.POSITIONAL_ONLY and last:
            written.append("/")
    result = annotation(found.return_annotation)
    arrow = f" -> {result}" if result not in ("", "None") else ""
    line = f"{name}({', '.join(written)}){arrow}"
    if len(line) > WIDTH:
        line = f"{name}(\n    " + ",\n    ".join(written) + f",\n){arrow}"
    return f"```python\n{line}\n```"


def argument(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    kind = annotation(parameter.annotation)
    typed = f"{stars}{parameter.name}{': ' + kind if kind else ''}"
    if parameter.default is parameter.empty:
        return typed
    value = getattr(parameter.default, "__name__", None) or repr(parameter.default)
    value = "..." if " at 0x" in value or "object" in value else value
    return f"{typed} = {value}" if kind else f"{typed}={value}"


def annotation(kind: Any) -> str:
    """A type as it is written; "" for none and for Any, which says nothing."""
    if kind is inspect.Signature.empty:
        return ""
    text = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    return "" if text == "Any" else text
