"""The stores and the PostgreSQL server that the tests of storage use."""

from postgres_world import postgres
from storage_world import any_store, store

__all__ = ["any_store", "postgres", "store"]
