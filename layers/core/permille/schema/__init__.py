"""The JSON that machines are shown, by API, command and bus."""
