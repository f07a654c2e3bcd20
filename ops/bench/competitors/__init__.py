"""The query languages that `make bench` compares the mapping engine with. Each reads what a mapping reads.

Each module has `reader(mapping, connection)`. It translates the expressions of a mapping once, and gives a function
that evaluates all of them. That function converts and checks nothing.
"""
