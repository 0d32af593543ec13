-- Sabotage, to test that the checker finds the bug: a blocked agent keeps the assigned tickets.
drop trigger people_blocked on people
