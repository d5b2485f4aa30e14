"""The stack that a command is about: found through CloudFormation, with its adapters."""
