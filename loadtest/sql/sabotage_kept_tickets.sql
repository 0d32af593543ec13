-- For the test of the checker: breaks the promise that a blocked agent keeps no ticket.
drop trigger people_blocked on people
