"""The orders that `make bench` measures with. One module a channel: its `body()` is what the channel would send."""
