"""The API's contract: what each route takes and answers, declared once, and the OpenAPI document made of it.

Nothing here is imported until somebody asks for the document: no other request pays for the models.
"""
