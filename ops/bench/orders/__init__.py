"""The orders `make bench` measures with: one module for each channel, whose `body()` is what the channel would send."""
