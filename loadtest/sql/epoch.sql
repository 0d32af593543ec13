-- The database's part of the epoch. The gateway appends the audience.
select helpline_epoch()
