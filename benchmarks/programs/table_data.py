"""1,000,000 rows of 20 columns as a CSV file: numbers of several sizes, whole numbers, a category, a target."""

import os

import numpy as np
from reporting import REHEARSAL

ROWS = 20_000 if REHEARSAL else 1_000_000
CACHE = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"heron-benchmark-table-{ROWS}.csv")
PART = 20_000
CITIES = np.array(["Lima", "Oslo", "Paris", "Rome"])


def table():
    """The path of the file; written once for all programs of a measure."""
    if not os.path.exists(CACHE):
        generator = np.random.default_rng(0)
        fresh = f"{CACHE}-{os.getpid()}"
        with open(fresh, "w") as file:
            names = [*(f"number_{i}" for i in range(14)), *(f"whole_{i}" for i in range(4)), "city", "price"]
            file.write(",".join(names) + "\n")
            for _ in range(ROWS // PART):
                numbers = generator.normal(size=(PART, 14)) * 10.0 ** (np.arange(14) % 4)
                wholes = generator.integers(0, 10 ** np.arange(1, 5), (PART, 4))
                cities, prices = CITIES[generator.integers(0, 4, PART)], 100 * generator.normal(size=PART)
                for number, whole, city, price in zip(
                    numbers.tolist(), wholes.tolist(), cities.tolist(), prices.tolist(), strict=True
                ):
                    fields = [*(f"{n:.4f}" for n in number), *map(str, whole), city, f"{price:.2f}"]
                    file.write(",".join(fields) + "\n")
        os.replace(fresh, CACHE)
    return CACHE
