"""The API's routes, one module a resource; `app` holds what they share."""
