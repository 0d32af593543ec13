-- For admins to read: the server's version, its clock, and what the database takes on its disk, where that may be asked.
select current_setting('server_version'), clock_timestamp(),
       case when has_database_privilege(current_database(), 'CONNECT') then pg_database_size(current_database()) / 1048576 end
