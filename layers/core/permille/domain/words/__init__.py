"""What is put into sentences: numbers, days, other people's texts, the parts of a mail."""
