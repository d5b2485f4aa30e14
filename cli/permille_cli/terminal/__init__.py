"""Input and output of commands: options, confirmations, answers."""
