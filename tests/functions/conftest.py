"""Functions run in this process, on moto."""

from tests.moto_hub import moto_hub, moto_world

__all__ = ["moto_hub", "moto_world"]
