"""The JSON API of host platforms. No other package imports pydantic."""
