"""The mappings of orders written by hand, one module for each channel: what `make bench` compares the engine with.

Each is what a good programmer writes for orders of one shape: it reads what ops/bench/orders has, and asks less than
the mapping does. `measure` refuses to compare the two where they do not say the same.
"""
