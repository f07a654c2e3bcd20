"""How it translates: the mapping engine and one folder of mapping files per channel."""
