-- Adds the recorded changes to the stored totals of the statistics, so that reading the statistics
-- has few rows to add up.
select {schema}.support_roll_up_tallies()
