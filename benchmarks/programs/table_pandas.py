import resource
import time

import pandas
from reporting import report
from table_data import table

path = table()
begin = time.perf_counter()
frame = pandas.read_csv(path)
seconds = time.perf_counter() - begin
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
report(first=seconds, whole=seconds, memory=memory, rows=len(frame))
