-- Sabotage, to test that the checker finds the bug. Drops the trigger that unassigns the tickets of
-- a blocked agent.
drop trigger people_blocked on people
