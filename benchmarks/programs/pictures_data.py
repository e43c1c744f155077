"""10,000 JPEG files of 200x200 in two folders: smooth noise, in which one class has stripes."""

import os
import pathlib

import numpy as np
from PIL import Image
from reporting import REHEARSAL

COUNT = 256 if REHEARSAL else 10_000
SIZE, BATCH, CLASSES = 96, 32, ("plain", "striped")


def write_pictures(folder):
    """Writes the files; returns the folder."""
    generator = np.random.default_rng(0)
    stripes = 30 * np.sin(np.arange(200) / 3)[:, None, None]
    for number in range(COUNT):
        kind = number % 2
        path = pathlib.Path(folder, CLASSES[kind], f"{number:05d}.jpg")
        path.parent.mkdir(exist_ok=True)
        coarse = Image.fromarray(generator.integers(0, 255, (25, 25, 3), np.uint8)).resize((200, 200))
        pixels = np.asarray(coarse, np.float32) + kind * stripes + generator.normal(0, 8, (200, 200, 1))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
    return folder


def memory():
    """The most memory of this process and of the largest of its children that have ended, in MB."""
    import resource

    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return (own.ru_maxrss + children.ru_maxrss) / 1024


CACHE = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"heron-benchmark-pictures-{COUNT}")


def pictures():
    """The folder; written once for all programs of a measure."""
    if not os.path.isdir(CACHE):
        fresh = f"{CACHE}-{os.getpid()}"
        os.makedirs(fresh)
        os.replace(write_pictures(fresh), CACHE)
    return CACHE
