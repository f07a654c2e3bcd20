"""The query languages `make bench` compares the mapping engine with, each told to read what a mapping reads.

Each module has `reader(mapping, connection)`: it translates the expressions of a mapping once and gives a function that
evaluates all of them, without converting or checking anything.
"""
