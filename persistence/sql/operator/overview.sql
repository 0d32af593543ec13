-- All background work, as one JSON object, because the command line shows it as it is. The counts stop
-- at $1, the lists at 500.
select jsonb_build_object(
  'identity', (select jsonb_build_object('confirmed', b.cluster is not distinct from {schema}.helpline_cluster(), 'public_url', b.public_url,
                                         'confirmed_at', b.confirmed_at, 'clock_paused_at', b.clock_paused_at, 'clock_jump_ms', b.clock_jump_ms)
               from {schema}.background_identity b),
  'consumers', coalesce((select jsonb_agg(to_jsonb(s)) from {schema}.consumers_state($1) s), '[]'),
  'failed_events', coalesce((select jsonb_agg(to_jsonb(f)) from {schema}.consumers_list_faults(500) f), '[]'),
  'timers', coalesce((select jsonb_agg(to_jsonb(s))
                      from {schema}.timers_state(array(select distinct t.kind from {schema}.timers t), $1) s), '[]'),
  'held_timers', coalesce((select jsonb_agg(to_jsonb(h)) from {schema}.timers_list_held(500) h), '[]'),
  'deliveries', coalesce((select jsonb_agg(jsonb_build_object('kind', k.kind) || to_jsonb(s))
                          from (select distinct d.kind from {schema}.deliveries d) k
                          cross join lateral {schema}.deliveries_state(k.kind, $1) s), '[]'),
  'dead_deliveries', coalesce((select jsonb_agg(jsonb_build_object('kind', k.kind) || to_jsonb(x))
                               from (select distinct d.kind from {schema}.deliveries d) k
                               cross join lateral {schema}.deliveries_list_dead(k.kind, null, null, 500) x), '[]'),
  'retention', coalesce((select jsonb_agg(jsonb_build_object('kind', r.kind, 'state', r.state, 'planned_at', r.planned_at, 'due', r.due,
                                                            'changed', r.changed, 'reason', r.reason, 'done_at', r.done_at) order by r.kind)
                         from (select distinct on (x.kind) x.* from {schema}.retention_runs x order by x.kind, x.planned_at desc, x.id desc) r), '[]'),
  'schedules', coalesce((select jsonb_agg(to_jsonb(s)) from {schema}.schedules_list() s), '[]')
)::text
