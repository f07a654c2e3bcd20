"""Mappings of orders that are written by hand: `make bench` compares the engine with them. One module a channel.

Each is what a good programmer would write for orders of one shape. It reads what the orders of ops/bench/orders
contain, and checks less than the mapping does. `measure` refuses to compare the two if their answers differ.
"""
