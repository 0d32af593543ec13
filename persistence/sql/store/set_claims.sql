-- Sets the claims, address and browser that policies and audit triggers read. The settings are
-- local to the transaction, so that the next user of the pooled connection does not inherit them.
--
-- Query plans are cached, because planning took five times as long as reading a page of a list.
-- They are restricted to index lookups: a plan that was made while a table was nearly empty would
-- otherwise use a sequential scan for the lifetime of its connection.
select set_config('request.jwt.claims', $1, true), set_config('helpline.address', $2, true),
       set_config('helpline.user_agent', $3, true), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
