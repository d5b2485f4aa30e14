"""Accounts that are due are judged, and their credentials made to agree. Holds and the breaker, as staff see them."""
