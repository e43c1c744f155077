import os
import subprocess
import sys
import tempfile

from convnets_fit import train

import heron

with tempfile.TemporaryDirectory() as folder:
    if sys.argv[4:] == ["again"]:  # another process compiles the same programs before
        os.environ["HERON_COMPILATION_CACHE"] = folder
        subprocess.run([sys.executable, *sys.argv[:4]], check=True, stdout=subprocess.DEVNULL)
    train(heron)
