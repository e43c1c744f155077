"""`heron run`: a program written for Keras or TensorFlow, as it is."""

from __future__ import annotations

import ast
import difflib
import json
import linecache
import os
import runpy
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, NoReturn

import typer

import heron
from heron import compat
from heron.errors import HOW_TO_SEE_ALL, HeronNote, without_jax_notes

# Whose lines a traceback leaves out: heron's, those of JAX, and those that lead to the program.
_FOUND = map(find_spec, ("heron", "jax", "typer"))  # JAX is not imported: the command line starts without it
_OURS = tuple(str(Path(spec.origin).parent) + os.sep for spec in _FOUND if spec and spec.origin)
_HOOKS = ("sys", "typer.main", "heron.tracebacks")  # hooks for errors that are not the program's own
_LEADING = ("<frozen importlib", "<frozen runpy", "<string>", runpy.__file__)
_SKIPPED_CELLS = (
    "%%bash",
    "%%sh",
    "%%html",
    "%%javascript",
    "%%js",
    "%%latex",
    "%%markdown",
    "%%writefile",
    "%%script",
)


def run(target: str, arguments: list[str], is_module: bool = False) -> None:
    """Runs a program as `python` would, with heron in place of Keras and TensorFlow.

    Args:
        target: the file, a notebook, or with `is_module` the name of a module.
        arguments: what the program finds in `sys.argv`.
        is_module: whether `target` is a module's name, as after `python -m`.

    Raises:
        typer.BadParameter: where there is no such program.
        SystemExit: with the exit code of a program that failed or that says one.
    """
    if not is_module:
        _check(Path(target))
    cells = list(_cells(Path(target))) if target.endswith(".ipynb") and not is_module else []
    compat.install()
    warnings.showwarning = _telling(warnings.showwarning)
    try:
        if is_module:
            _run_module(target, arguments)
        elif target.endswith(".ipynb"):
            _run_notebook(target, arguments, cells)
        else:
            _run_file(target, arguments)
    except SystemExit:
        raise
    except BaseException as error:
        _fail(error)


def _check(path: Path) -> None:
    """Refuses what is no program, with what to write instead."""
    if path.is_dir():
        inside = sorted(one.name for one in path.iterdir() if one.suffix in (".py", ".ipynb"))
        hint = f"Name one of its programs: {', '.join(inside[:5])}." if inside else "It holds no program."
        raise typer.BadParameter(f"{str(path)!r} is a folder. {hint}", param_hint="'SCRIPT'")
    if not path.exists():
        folder = path.parent if path.parent.is_dir() else Path()
        known = sorted(one.name for one in folder.iterdir() if one.suffix in (".py", ".ipynb"))
        near = difflib.get_close_matches(path.name, known, n=1)
        hint = f"Did you mean {str(folder / near[0])!r}?" if near else f"heron looked in {str(folder.resolve())!r}."
        module = f" A module is run by: heron run -m {path}." if not path.suffix and not near else ""
        raise typer.BadParameter(f"There is no file {str(path)!r}. {hint}{module}", param_hint="'SCRIPT'")


def _run_file(target: str, arguments: list[str]) -> None:
    main = _begin(target, arguments)
    with open(target, "rb") as file:
        code = compile(file.read(), main.__file__ or target, "exec", dont_inherit=True)
    exec(code, main.__dict__)


def _run_module(name: str, arguments: list[str]) -> None:
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _run_notebook(target: str, arguments: list[str], cells: list[tuple[int, str]]) -> None:
    main = _begin(target, arguments)
    for number, source in cells:
        name = f"{target}[{number}]"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        for code, is_last in _statements(source, name):
            value = eval(code, main.__dict__)
            if is_last and value is not None:
                print(repr(value))


def _begin(target: str, arguments: list[str]) -> ModuleType:
    """The module `__main__` of a program, with paths and arguments as `python` sets them."""
    path = os.path.abspath(target)
    sys.argv = [target, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(path)
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=sys.modules["builtins"], __spec__=None, __cached__=None)
    sys.modules["__main__"] = main
    return main


def _cells(path: Path) -> Iterator[tuple[int, str]]:
    """The number and the Python of each cell of code; lines for Jupyter itself are left out, with a note."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError):
        raise typer.BadParameter(
            f"{str(path)!r} is no notebook that can be read: expected JSON with 'cells'. Save it anew from Jupyter.",
            param_hint="'SCRIPT'",
        ) from None
    number = 0
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        number += 1
        source = "".join(cell.get("source", ()))
        if source.startswith(_SKIPPED_CELLS):
            _left_out(number, source.splitlines()[0])
            continue
        yield number, "\n".join(_python_line(number, line) for line in source.splitlines())


def _python_line(number: int, line: str) -> str:
    bare = line.lstrip()
    if not bare.startswith(("%", "!")):
        return line
    if not bare.startswith(("%load_ext heron.compat", "%matplotlib", "%%time", "%tensorflow_version")):
        _left_out(number, bare)
    return line[: len(line) - len(bare)] + "pass"


def _left_out(number: int, line: str) -> None:
    _say(f"Cell {number}: {line!r} is for Jupyter; left out.")


def _statements(source: str, name: str) -> Iterator[tuple[CodeType, bool]]:
    """The code of a cell; of an expression at its end, the value is shown."""
    parsed = ast.parse(source, name)
    last = parsed.body.pop() if parsed.body and isinstance(parsed.body[-1], ast.Expr) else None
    yield compile(parsed, name, "exec", dont_inherit=True), False
    if isinstance(last, ast.Expr):
        yield compile(ast.Expression(last.value), name, "eval", dont_inherit=True), True


# ---- what is said ---------------------------------------------------------------------------------------------------


def _say(text: str) -> None:
    print(f"heron: {text}", file=sys.stderr, flush=True)


def _telling(show: Any) -> Any:
    """`warnings.showwarning` that prints heron's notes as text, with the line that they are about."""

    def showwarning(
        message: Any, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None
    ) -> None:
        if issubclass(category, HeronNote) and file is None:
            sys.stdout.flush()
            _say(f"{message} ({os.path.basename(filename)}, line {lineno})")
        else:
            show(message, category, filename, lineno, file, line)

    return showwarning


def _fail(error: BaseException) -> NoReturn:
    """Shows an error with the lines of the program alone, and ends with Python's exit code."""
    seen: set[int] = set()
    is_shorter = False
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__]
            is_shorter = is_shorter or any(
                _is_ours(line) and not _is_ours(line, only_leading=True) for line in _lines_of(one)
            )
            one.__traceback__ = _of_the_program(list(_lines_of(one)))
    sys.stdout.flush()
    with without_jax_notes(error) if heron.config.is_traceback_filtering_enabled() else nullcontext():
        if getattr(sys.excepthook, "__module__", "") in _HOOKS:
            traceback.print_exception(error)  # which knows the lines of cells too
        else:
            sys.excepthook(type(error), error, error.__traceback__)
    if is_shorter and heron.config.is_traceback_filtering_enabled():
        print(HOW_TO_SEE_ALL, file=sys.stderr)
    sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _lines_of(error: BaseException) -> Iterator[TracebackType]:
    line = error.__traceback__
    while line is not None:
        yield line
        line = line.tb_next


def _of_the_program(lines: list[TracebackType]) -> TracebackType | None:
    """The traceback without heron's and JAX's lines, unless `heron.config.disable_traceback_filtering()` was called."""
    if not heron.config.is_traceback_filtering_enabled():
        begin = next((i for i, one in enumerate(lines) if not _is_ours(one, only_leading=True)), 0)
        return lines[begin] if lines else None
    kept: TracebackType | None = None
    for one in reversed(lines):
        if not _is_ours(one):
            kept = TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def _is_ours(one: TracebackType, only_leading: bool = False) -> bool:
    file = one.tb_frame.f_code.co_filename
    return file == __file__ or file.startswith(_LEADING) or (not only_leading and file.startswith(_OURS))
