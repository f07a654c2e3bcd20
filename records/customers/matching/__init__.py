"""Who may be one customer by weak evidence (probabilistic record linkage): blocking keys, called clues, and a score.

Pure rules over everything known of two customers; nothing is learnt at run time. Evidence is weighed. Then it is asked
whether a household explains what agrees: what relatives share (a home, a phone, a name, even a birth date) never links
alone. One rule takes a risk, see `_is_typed_badly`: it is about two records without any e-mail address or phone, the
rest of which is typed in two ways as well.
"""

from records.customers.matching.decision import Match, compare
from records.customers.matching.person import Person, clues, person, together

__all__ = ["Match", "Person", "clues", "compare", "person", "together"]
