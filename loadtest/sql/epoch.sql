-- The database's part of the epoch, which changes when the database is restored. The gateway
-- appends the audience (customer or staff).
select helpline_epoch()
