"""What the use cases need of the outside, as Protocols. Each has an adapter and a fake under one contract."""
