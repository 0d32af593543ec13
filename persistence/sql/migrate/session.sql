-- The search path is empty, because every statement names its schema. Timeouts that an
-- administrator has set for normal work are switched off, because building an index on a large
-- table takes longer. `transaction_timeout` exists since Postgres 17.
set search_path = '';
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
select set_config(s.name, '0', false) from pg_settings s where s.name = 'transaction_timeout'
