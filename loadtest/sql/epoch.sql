-- The database's part of the epoch; the audience follows it.
select helpline_epoch()
