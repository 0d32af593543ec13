-- Every statement names its schema: nothing is found by the way that this session happens to search. What an administrator's sessions may take is
-- meant for other work: an index takes as long as there are rows. The last of these limits came with Postgres 17.
set search_path = '';
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
select set_config(s.name, '0', false) from pg_settings s where s.name = 'transaction_timeout'
