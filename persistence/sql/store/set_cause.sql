-- Sets the background work that causes the events of this transaction. The setting is local to the
-- transaction. The database's functions copy it into the metadata of the events.
select set_config('helpline.cause', $1, true)
