"""Functions run in this process, on moto."""

from tests.memory_hub import local_hub, memory_world

__all__ = ["local_hub", "memory_world"]
