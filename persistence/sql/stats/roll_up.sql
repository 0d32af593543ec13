-- Adds the recorded changes to the totals, so that reading the statistics stays cheap.
select {schema}.support_roll_up_tallies()
