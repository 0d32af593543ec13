-- One customer for every ten tickets. The ids ascend like UUIDv7 values, so that indexes grow at
-- one end as in production.
insert into people (id, email, display_name)
select ('01900000-0000-7002-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'customer' || n || '@grown.example', 'Customer ' || n
from generate_series($1::bigint / 10, $2::bigint / 10) n
on conflict (id) do nothing
