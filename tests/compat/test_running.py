"""`heron run`: what a program finds, how it ends, and what is said of one that cannot be run."""

from __future__ import annotations

import json

import pytest

from tests.compat.test_scripts import heron_run


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_a_program_finds_what_python_gives_it(tmp_path):
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "beside.py", "value = 7\n")
    write(
        tmp_path / "deep",
        "program.py",
        "'''Doc.'''\nfrom __future__ import annotations\nimport atexit, os, pickle, sys, beside\n"
        "class Mine: pass\n"
        "print(__name__, sys.argv, os.path.relpath(__file__), beside.value, __doc__, __spec__)\n"
        "print(os.path.relpath(sys.path[0]), type(pickle.loads(pickle.dumps(Mine()))))\n"
        "atexit.register(lambda: print('at the end', Mine.__name__))\n",
    )
    done = heron_run("deep/program.py", "-h", "--epochs", "3", "-m", folder=tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "__main__ ['deep/program.py', '-h', '--epochs', '3', '-m'] deep/program.py 7 Doc. None",
        "deep <class '__main__.Mine'>",
        "at the end Mine",
    ]


def test_a_module(tmp_path):
    (tmp_path / "pack").mkdir()
    write(tmp_path / "pack", "__init__.py", "")
    write(
        tmp_path / "pack",
        "main.py",
        "import sys, keras\nprint(__name__, __package__, sys.argv[1:], keras.__version__[:2])\n",
    )
    done = heron_run("-m", "pack.main", "a", "--b", folder=tmp_path)
    assert done.stdout == "__main__ pack ['a', '--b'] 3.\n", done.stderr


CHILDREN = """
import multiprocessing
import tensorflow as tf
from keras.layers import Dense

def work(number):
    return f"{__name__} {type(Dense(number)).__module__} {tf.constant(number).numpy() * 2} {tf.__version__[:12]}"

if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(1) as pool:
        print(*pool.map(work, [1, 2]), sep=" | ")
"""


@pytest.mark.parametrize(("called", "method"), [(("program.py",), "spawn"), (("-m", "program"), "forkserver")])
def test_processes_that_a_program_starts_have_heron_too(called, method, tmp_path):
    write(tmp_path, "program.py", CHILDREN.replace("{method!r}", repr(method)))
    done = heron_run(*called, folder=tmp_path)
    expected = [f"__mp_main__ heron.layers.dense {twice} 2.20.0+heron" for twice in (2, 4)]
    assert done.stdout.strip().split(" | ") == expected, done.stderr


ENDS = {
    "import sys; sys.exit(3)": (3, ""),
    "raise SystemExit": (0, ""),
    "import sys; sys.exit('no data')": (1, "no data\n"),
    "raise KeyboardInterrupt": (
        130,
        'Traceback (most recent call last):\n  File "{0}", line 1, in <module>\n    raise Keybo',
    ),
    "def f():\n    return 1 / 0\n\nf()": (1, 'File "{0}", line 4, in <module>\n    f()\n'),
    "x = (": (1, "SyntaxError"),
    "import sys\nsys.excepthook = lambda *e: print('mine', e[0].__name__, file=sys.stderr)\n1 / 0": (
        1,
        "mine ZeroDivisionError\n",
    ),
}


@pytest.mark.parametrize("text", ENDS)
def test_it_ends_as_under_python(text, tmp_path):
    code, said = ENDS[text]
    write(tmp_path, "program.py", text)
    done = heron_run("program.py", folder=tmp_path)
    assert done.returncode == code, done.stderr
    assert said.format(tmp_path / "program.py") in done.stderr
    assert "heron/cli" not in done.stderr
    assert said or not done.stderr


MISTAKE = """import keras
from keras.layers import Dense

class Doubled(keras.layers.Layer):
    def call(self, x):
        return keras.ops.matmul(x, keras.ops.ones((5, 5)))

def train():
    model = keras.Sequential([keras.Input((3,)), Doubled(), Dense(1)])

try:
    train()
except TypeError as error:
    raise RuntimeError("the model cannot be made") from error
"""


def test_a_traceback_has_the_lines_of_the_program_alone(tmp_path):
    write(tmp_path, "program.py", MISTAKE)
    done = heron_run("program.py", folder=tmp_path)
    files = {line.split('"')[1] for line in done.stderr.splitlines() if line.startswith("  File ")}
    assert files == {str(tmp_path / "program.py")}
    places = [line.partition("line ")[2] for line in done.stderr.splitlines() if line.startswith("  File ")]
    assert places[-4:] == ["12, in <module>", "9, in train", "6, in call", "14, in <module>"]
    assert done.stderr.splitlines()[-2] == "RuntimeError: the model cannot be made"
    assert done.stderr.splitlines()[-1].startswith("(The lines inside heron are left out; to see them call heron.conf")
    whole = heron_run("program.py", folder=tmp_path, HERON_TRACEBACK_FILTERING="off")
    assert "/heron/layers/" in whole.stderr
    assert "heron/cli" not in whole.stderr


def test_what_heron_does_not_run_is_said_without_a_page_of_lines(tmp_path):
    write(tmp_path, "program.py", "import tensorflow as tf\n\nwith tf.GradientTape() as tape:\n    pass\n")
    done = heron_run("program.py", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith('Traceback (most recent call last):\n  File "')
    assert "line 3, in <module>\n    with tf.GradientTape() as tape:\n" in done.stderr
    assert "tensorflow.GradientTape is not among what heron runs. A tape records operations" in done.stderr


def test_notes_are_text_and_other_warnings_are_as_ever(tmp_path):
    write(
        tmp_path,
        "program.py",
        "import warnings\nfrom keras.utils import np_utils\nwarnings.warn('mind the gap')\n"
        "from keras.utils.np_utils import to_categorical\nwarnings.filterwarnings('ignore')\nimport keras.objectives\n",
    )
    done = heron_run("program.py", folder=tmp_path)
    assert done.stderr.splitlines() == [
        "heron: keras.utils.np_utils is now keras.utils; taken as that. (program.py, line 2)",
        f"{tmp_path / 'program.py'}:3: UserWarning: mind the gap",
        "  warnings.warn('mind the gap')",
    ]


def notebook(*cells):
    return json.dumps(
        {"cells": [{"cell_type": kind, "source": source.splitlines(keepends=True)} for kind, source in cells]}
    )


def test_a_notebook_runs_cell_by_cell(tmp_path):
    text = notebook(
        ("markdown", "# Title"),
        ("code", "%matplotlib inline\n!pip install keras\nimport keras\nx = 2"),
        ("code", "%%bash\nls"),
        ("code", "for i in range(2):\n    %time x += i\n    x += 1\nx"),
        ("code", "keras.nothing"),
    )
    write(tmp_path, "lesson.ipynb", text)
    done = heron_run("lesson.ipynb", folder=tmp_path)
    assert done.stdout == "4\n"
    assert done.stderr.splitlines()[:3] == [
        "heron: Cell 1: '!pip install keras' is for Jupyter; left out.",
        "heron: Cell 2: '%%bash' is for Jupyter; left out.",
        "heron: Cell 3: '%time x += i' is for Jupyter; left out.",
    ]
    assert 'File "lesson.ipynb[4]", line 1, in <module>\n    keras.nothing\n' in done.stderr
    assert done.returncode == 1


def said(done):
    """The text in the box of an error, in one line."""
    return " ".join(done.stderr.replace("│", " ").split())


def test_what_cannot_be_run_is_told_what_to_do(tmp_path):
    write(tmp_path, "train.py", "")
    write(tmp_path, "broken.ipynb", "{}")
    cases = {
        "trian.py": "There is no file 'trian.py'. Did you mean 'train.py'?",
        ".": "'.' is a folder. Name one of its programs: broken.ipynb, train.py.",
        "json.tool": "There is no file 'json.tool'. heron looked in",
        "broken.ipynb": "is no notebook that can be read: expected JSON with 'cells'. Save it anew from Jupyter.",
    }
    for name, text in cases.items():
        done = heron_run(name, folder=tmp_path, COLUMNS="200")
        assert done.returncode == 2
        assert text in said(done)
        assert "Traceback" not in done.stderr
    assert "heron run -m tool" in said(heron_run("tool", folder=tmp_path, COLUMNS="200"))
    missing = heron_run("-m", "no_such_module", folder=tmp_path)
    assert missing.returncode == 1
    assert "No module named no_such_module" in missing.stderr
