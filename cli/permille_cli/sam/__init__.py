"""SAM CLI: in an environment of its own with the other tools, and the sources that it builds."""
