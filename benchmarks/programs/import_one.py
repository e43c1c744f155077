import sys
import time

begin = time.perf_counter()
module = __import__(sys.argv[1])
if len(sys.argv) > 2:
    layer = module.layers.Dense(1)
    layer.build((None, 1))
seconds = time.perf_counter() - begin
from reporting import report  # noqa: E402 - nothing else may be imported before the clock has stopped

report(**{"import": seconds})
