"""The JSON API of host platforms. It alone imports pydantic."""
