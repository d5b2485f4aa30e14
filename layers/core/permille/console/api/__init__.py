"""The JSON API of host platforms. No other room imports pydantic."""
