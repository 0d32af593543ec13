-- Retries or removes a held timer. The session acts as the owner, without claims.
select {schema}.timers_resolve($1, $2)
