"""The process of the embedded cloud: `ministack`, changed so that a restart loses no event.

`ops.hub.cloud` runs it as a child process. ministack 1.5.33 keeps its state over a restart, but it has two faults. It
forgets the DynamoDB stream records that nobody has read yet. And a message that a function held at the stop stays
hidden for its whole visibility timeout. Both are mended here. Besides, a stop first lets running functions finish.

This module changes parts of ministack that are not public. So pyproject.toml pins its version, and
tests/ops/hub/test_cloud.py fails when a new version differs.
"""

import asyncio
import copy
import os
import signal
import sys
import threading
import time
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.services import dynamodb, lambda_svc, sqs

DRAIN_SECONDS = 8.0

saved_tables, restore_tables, restore_queues = (
    dynamodb.get_state,
    dynamodb.load_persisted_state,
    sqs.load_persisted_state,
)


def tables_and_streams() -> dict[str, Any]:
    """Give the state that DynamoDB saves, with the stream records added."""
    return {
        **saved_tables(),
        "stream_records": copy.deepcopy(dynamodb._stream_records),
        "stream_trimmed": copy.deepcopy(dynamodb._stream_trimmed),
        "stream_sequence": dynamodb._stream_seq_counter,
    }


def load_tables_and_streams(state: dict[str, Any]) -> None:
    """Restore what `tables_and_streams` saved, so that the mappings' positions in the streams stay true."""
    restore_tables(state)
    dynamodb._stream_records.update(state.get("stream_records", {}))
    dynamodb._stream_trimmed.update(state.get("stream_trimmed", {}))
    dynamodb._stream_seq_counter = state.get("stream_sequence", 0)


def load_queues(state: dict[str, Any]) -> None:
    """Restore the queues with every message visible: the functions that held messages are gone."""
    restore_queues(state)
    now = time.time()
    for queue in sqs._queues.all_values():
        for message in queue["messages"]:
            message["visible_at"] = min(message.get("visible_at", now), now)


async def run(port: int) -> None:
    """Serve until SIGTERM or SIGINT. Then take no more from queues and streams, and let running functions finish."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)

    async def stopped() -> None:
        await asked.wait()
        lambda_svc._iter_all_esms = lambda: iter(())
        end = time.monotonic() + DRAIN_SECONDS
        while (lambda_svc._esm_inflight or lambda_svc.executions_in_flight()[0]) and time.monotonic() < end:
            await asyncio.sleep(0.05)

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    await serve(app.app, config, shutdown_trigger=stopped)


def stop_with_parent() -> None:
    """Wait until the parent ends, which closes our stdin, and then stop as on SIGTERM."""
    while os.read(0, 1024):  # not sys.stdin: its lock would still be held when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the cloud on the port GATEWAY_PORT. With --tied it ends when the process that started it ends."""
    dynamodb.get_state, dynamodb.load_persisted_state = tables_and_streams, load_tables_and_streams
    sqs.load_persisted_state = load_queues
    if "--tied" in sys.argv:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    asyncio.run(run(int(os.environ["GATEWAY_PORT"])))


if __name__ == "__main__":
    main()
