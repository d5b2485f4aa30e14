"""What is typed and printed: options, questions, answers."""
