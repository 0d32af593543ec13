-- Keeps the ledger short, so that a glance stays cheap.
select {schema}.support_roll_up_tallies()
