-- Transaction-local, so that the next user of the pooled connection finds nothing; read by the policies and the audit triggers.
-- Plans are kept: planning took five times as long as reading a page. They are index lookups whatever the statistics, for one made while a
-- table is young would otherwise read it from end to end for as long as its connection lives.
select set_config('request.jwt.claims', $1, true), set_config('helpline.address', $2, true),
       set_config('helpline.user_agent', $3, true), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
