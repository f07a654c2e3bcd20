"""The one place that talks to the database: items, the few conditions we use, where each record lies, the Inbox."""
