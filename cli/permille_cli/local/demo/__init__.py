"""`permille local demo`: two senders with real mail, in two parts."""
