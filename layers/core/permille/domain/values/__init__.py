"""Plain values that every other room uses: errors, states, days, counts, ids."""
