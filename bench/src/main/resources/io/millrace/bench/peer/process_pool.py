"""Calls in a ProcessPoolExecutor: prints the median microseconds of one call, and calls a second.

Arguments: processes, calls one after the other, calls at once.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from time import perf_counter


def work(item):
    return item + 1


def timed(pool, item):
    start = perf_counter()
    if pool.submit(work, item).result() != item + 1:
        raise AssertionError(item)
    return perf_counter() - start


def main():
    processes, single, many = map(int, sys.argv[1:])
    with ProcessPoolExecutor(processes) as pool:
        sum(pool.map(work, range(1000)))
        latency = median(timed(pool, item) for item in range(single))
        start = perf_counter()
        if sum(pool.map(work, range(many))) != many * (many + 1) // 2:
            raise AssertionError("wrong sum")
        rate = many / (perf_counter() - start)
    print(latency * 1e6, rate)


if __name__ == "__main__":
    main()
