"""Reads docs/spec/*.yaml, checks it and emits everything that is generated from it."""
