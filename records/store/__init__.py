"""The one place that talks to the database: items, the few conditions we use, and where each record lies."""
