"""The shapes of the JSON documents that commands print, for docs/cli.schema.json."""
