"""Every door imports this first: it changes how Python collects garbage while the other modules are imported."""

import gc

# An import makes some hundred thousand objects, nearly all of which stay: Python's usual 700 has the collector look
# through them again and again, for a tenth of the CPU of a cold start.
gc.set_threshold(20_000)
