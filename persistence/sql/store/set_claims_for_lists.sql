-- As set_claims.sql, for lists: those are planned for the filters at hand, not for all that may come.
select set_config('request.jwt.claims', $1, true), set_config('helpline.address', $2, true),
       set_config('helpline.user_agent', $3, true), set_config('plan_cache_mode', 'force_custom_plan', true)
