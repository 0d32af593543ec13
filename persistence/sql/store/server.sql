-- Returns, for admins, the server's version, its clock, and the size of the database in MiB. The
-- size is null if the role has no privilege to ask for it.
select current_setting('server_version'), clock_timestamp(),
       case when has_database_privilege(current_database(), 'CONNECT') then pg_database_size(current_database()) / 1048576 end
