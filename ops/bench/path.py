"""How fast the whole path is on the embedded cloud: webhook in, records, push out.

The cloud, the functions and the channels share this machine's processors. So these figures compare versions of the hub
on one machine. They say little about AWS.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

from ops.bench.shops import NUMBERS, Shops
from ops.commands import output
from ops.hub import queues
from ops.hub.target import TENANT
from records.store import keys
from records.store.dynamo import DynamoStore

SINGLE = 40
BURST = 300
THREADS = 16
PATIENCE = 120.0


class TooSlowError(Exception):
    """What should have happened did not happen in time."""


def measure() -> dict[str, float]:
    """Give the latency of one webhook at a time, and the throughput of a burst."""
    output.step("path: starting the embedded cloud, the hub and two channels")
    with Shops.open() as shops:
        _open(shops)
        return {**_latency(shops), **_burst(shops), "path.dead_letters": float(dead_letters(shops))}


def _open(shops: Shops) -> None:
    output.step(f"path: counting {len(NUMBERS)} SKUs")
    for number in NUMBERS:
        shops.post(shops.count(number))
    _until(shops.shows, lambda: f"the marketplace shows {shops.differences()}", 0.1)
    for _ in range(3):  # the first cold starts happen here: no figure should contain them
        shops.post(shops.sale([1, 2, 3]))
    _until(shops.shows, lambda: f"the marketplace shows {shops.differences()}", 0.1)


def _latency(shops: Shops) -> dict[str, float]:
    """Post orders of three lines one after another. An order is through when the marketplace shows all three stocks."""
    output.step(f"path: {SINGLE} orders, one after another")
    taken = []
    for number in range(SINGLE):
        webhook = shops.sale([1 + (number * 3 + line) % len(NUMBERS) for line in range(3)])
        start = time.monotonic()
        shops.post(webhook)
        _until(shops.shows, lambda: f"the marketplace shows {shops.differences()}", 0.002)
        taken.append(time.monotonic() - start)
    return {
        "path.webhook_to_push.p50_ms": median(taken) * 1e3,
        "path.webhook_to_push.p95_ms": quantiles(taken, n=20)[-1] * 1e3,
    }


def _burst(shops: Shops) -> dict[str, float]:
    """Post many orders at once. The end is when all are applied and the marketplace shows what is left."""
    output.step(f"path: {BURST} orders from {THREADS} clients at once")
    chance = random.Random(7)  # noqa: S311 - the same orders every time
    webhooks = [shops.sale(chance.sample(NUMBERS, 3)) for _ in range(BURST)]
    start = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        events = set(pool.map(shops.post, webhooks))
    taken = time.monotonic()
    store = DynamoStore(shops.cloud.client("dynamodb"), shops.hub.outputs["RecordsTable"])
    left = {keys.applied(TENANT, event) for event in events}

    def applied() -> bool:
        left.difference_update(store.get(list(left)))
        return not left

    _until(applied, lambda: f"{len(left)} of {BURST} orders are not applied", 0.2)
    done = time.monotonic()
    _until(shops.shows, lambda: f"the marketplace shows {shops.differences()}", 0.05)
    return {
        "path.webhooks_per_second": BURST / (taken - start),
        "path.applied_per_second": BURST / (done - start),
        "path.events_per_second": BURST / (time.monotonic() - start),
    }


def dead_letters(shops: Shops) -> int:
    """Count the messages in dead-letter queues."""
    return sum(queues.dead(shops.hub).values())


def _until(is_so: Callable[[], bool], otherwise: Callable[[], str], look: float) -> None:
    """Look every `look` seconds until it is so.

    Raises:
        TooSlowError: it is not so after PATIENCE seconds. `otherwise` says what is instead.
    """
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TooSlowError(f"after {PATIENCE:.0f} s {otherwise()}")
        time.sleep(look)
