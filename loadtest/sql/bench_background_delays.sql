-- Returns the 99th percentile of the delays in milliseconds, and the number of events that all consumers together have handled.
select coalesce(percentile_cont(0.99) within group (order by d.ms), 0)::double precision, count(*)
from helpline_prove.portions p cross join lateral unnest(p.delays_ms) as d (ms)
