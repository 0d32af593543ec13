-- Like set_claims.sql, but for list queries, which are planned anew for the filters of each
-- request.
select set_config('request.jwt.claims', $1, true), set_config('helpline.address', $2, true),
       set_config('helpline.user_agent', $3, true), set_config('plan_cache_mode', 'force_custom_plan', true)
