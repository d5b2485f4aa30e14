"""The AWS of the embedded stack: ministack, with the few things it lacks. docs/embedded-stack.md says why.

It is run by the tools' Python (`python -P -m permille_cli.local.emulator`), which has ministack and nothing
that Permille imports: so it imports itself alone.
"""
