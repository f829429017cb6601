"""What the API answers, for its description: one file a noun.

The handlers send plain dictionaries; these models only describe them, and are never built. That
real answers are like them, key by key, is proved by tests/live/test_openapi.py.
"""
