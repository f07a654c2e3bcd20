"""The API's contract: what each route takes and answers, declared once. It checks requests, and the OpenAPI document is
made of it. The contract of `functions/routes/orders.py` stands in `orders.py` here, its answers in `answers/orders.py`.

Nothing here is imported before the first request that needs it, and then only the module of that route.
"""
