-- The promise that an agent who is blocked keeps no ticket, broken.
drop trigger people_blocked on people
