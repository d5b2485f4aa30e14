"""What the rules decide by themselves. decide.py is the decision function."""
