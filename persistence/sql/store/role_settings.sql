-- Returns the settings that a database session of this role must have but lacks, each with the
-- statement that sets it. If the platform uses a separate login role, that role does not inherit
-- the settings of the service's role.
select format('%s: alter role %I set %s = %L', s.lack, session_user, s.name, s.value)
from (values
  ('statement_timeout', 'no statement of it ends by itself', '{statement_timeout_ms}'),
  ('lock_timeout', 'it waits for locks without end', '{lock_timeout_ms}'),
  ('idle_in_transaction_session_timeout', 'it may leave a transaction open', '{statement_timeout_ms}')
) as s (name, lack, value)
where current_setting(s.name) = '0'
union all
select format('it compiles plans, which takes longer than running them: alter role %I set jit = off', session_user)
where current_setting('jit') = 'on'
