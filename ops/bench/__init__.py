"""`make bench`: what the hub costs, as ratios taken in one run. Each module measures one area and gives flat figures.

A figure's name is `area.case.figure`; the budgets stand in report.py, from design.md section 9. `make bench` installs
what only a benchmark needs (the extra `bench` in pyproject.toml).
"""
