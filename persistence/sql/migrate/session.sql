-- Every statement names its schema, so the search path is empty. Timeouts that an administrator has set are meant for other work: building an index
-- on a large table takes longer. `transaction_timeout` exists since Postgres 17.
set search_path = '';
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
select set_config(s.name, '0', false) from pg_settings s where s.name = 'transaction_timeout'
