-- The filters of every ticket list, as conditions on the ticket `t`. A new filter needs a condition
-- here and a value in `Asked::parameter`.
(cardinality($status::text[]) = 0 or t.status = any ($status))
and (cardinality($category::text[]) = 0 or t.category = any ($category))
and (cardinality($priority::text[]) = 0 or t.priority = any ($priority))
and ($archived or t.archived_at is null)
