"""Plain values that every other package uses: errors, states, days, counts, ids."""
