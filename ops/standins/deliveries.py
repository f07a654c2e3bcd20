"""How a stand-in sends webhooks to the hub: a queue, a worker thread, a limited number of retries, and a record."""

import queue
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)  # seconds between attempts; after the last one the vendor gives up
TIMEOUT = 15.0


@dataclass
class Delivery:
    """One webhook. `statuses` are the hub's answers to all attempts so far, 0 where it did not answer."""

    topic: str
    body: bytes
    delivery_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    statuses: list[int] = field(default_factory=list)
    state: str = "waiting"  # waiting | delivered | given_up | unsent (nobody subscribed)
    answer: bytes = b""


class Deliveries:
    """Sends webhooks in their order from one thread. Each attempt is signed anew."""

    def __init__(self, sign: Callable[[Delivery, str], Mapping[str, str]]) -> None:
        self.all: list[Delivery] = []
        self.url = ""
        self._sign = sign
        self._queue: queue.Queue[Delivery | None] = queue.Queue()
        self._stopped = threading.Event()
        self._worker: threading.Thread | None = None
        self._held: list[Delivery] | None = None

    def start(self) -> None:
        """Start the worker."""
        self._stopped.clear()
        self._worker = threading.Thread(target=self._work, daemon=True, name="stand-in deliveries")
        self._worker.start()

    def stop(self) -> None:
        """Stop the worker. What was not sent keeps the state `waiting`."""
        self._stopped.set()
        self._queue.put(None)
        if self._worker is not None:
            self._worker.join(timeout=TIMEOUT)

    def add(self, delivery: Delivery) -> Delivery:
        """Queue a delivery. Without a URL it is not sent: its state is `unsent`."""
        self.all.append(delivery)
        if self._held is not None:
            self._held.append(delivery)
        elif self.url:
            self._queue.put(delivery)
        else:
            delivery.state = "unsent"
        return delivery

    def hold(self) -> None:
        """Hold back what comes until `release`, like a vendor whose queue stands still."""
        self._held = []

    def release(self, shuffle: Callable[[list[Delivery]], None]) -> None:
        """Send what was held back. `shuffle` changes the order of the list in place: vendors promise no order."""
        held, self._held = self._held or [], None
        shuffle(held)
        for delivery in held:
            self._queue.put(delivery)

    def pending(self) -> int:
        """Count the webhooks that the hub has not accepted: those that wait and those that were given up."""
        return sum(delivery.state in ("waiting", "given_up") for delivery in list(self.all))

    def retry(self) -> int:
        """Queue again what was given up, and give how many there were."""
        again = [delivery for delivery in list(self.all) if delivery.state == "given_up"]
        for delivery in again:
            delivery.state = "waiting"
            self._queue.put(delivery)
        return len(again)

    def _work(self) -> None:
        while not self._stopped.is_set():
            delivery = self._queue.get()
            if delivery is not None:
                self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        """Try until the hub answers 2xx, all pauses are used up, or the stand-in stops."""
        for pause in (*PAUSES, None):
            status = self._attempt(delivery)
            delivery.statuses.append(status)
            if 200 <= status < 300:
                delivery.state = "delivered"
                return
            if pause is None:
                delivery.state = "given_up"
            elif self._stopped.wait(pause):
                return

    def _attempt(self, delivery: Delivery) -> int:
        """Post once, and give the status, or 0 where there was no answer."""
        headers = {"Content-Type": "application/json", **self._sign(delivery, self.url)}
        request = urllib.request.Request(self.url, data=delivery.body, headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                delivery.answer = answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            delivery.answer = error.read()
            return error.code
        except OSError:
            return 0
