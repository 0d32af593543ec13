-- Records all existing functions, views, triggers and policies. An object that this migration run
-- did not apply keeps its `applied_at`.
insert into {schema}.helpline_objects as o (path, place, checksum, generation)
select t.path, t.place, t.checksum, $3
from unnest($1::text[], $2::text[]) with ordinality as t (path, checksum, place)
on conflict on constraint helpline_objects_pkey do update
set place = excluded.place, checksum = excluded.checksum, generation = excluded.generation,
    applied_at = case when o.checksum = excluded.checksum then o.applied_at else excluded.applied_at end
