"""`make bench`: what the hub costs. Times are ratios of two things measured in one run: these hold on a noisy machine.

Each area has a module whose `measure` gives figures: name → number. A figure's name is `area.case.figure`. The budgets
of design.md section 9 are in report.py. `make bench` installs what only benchmarks need (the extra `bench` in
pyproject.toml).
"""
