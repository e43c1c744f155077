import resource
import sys
import time

from reporting import report
from table_data import table

import heron

BATCH = 256
if sys.argv[1] == "numpy":  # as where pyarrow is not installed
    sys.modules["pyarrow"] = None
path = table()
heron.data.csv_dataset  # noqa: B018 - pandas has been imported at this point too
begin = time.perf_counter()
data = heron.data.csv_dataset(path, target="price", batch_size=BATCH, seed=0, verbose=False)
batches = iter(data)
rows = len(next(batches)[0])
first = time.perf_counter() - begin
for x, _ in batches:
    rows += len(x)
seconds = time.perf_counter() - begin
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
begin = time.perf_counter()
for _ in data:
    pass
again = time.perf_counter() - begin
report(first=first, whole=seconds, again=again, memory=memory, rows=rows)
