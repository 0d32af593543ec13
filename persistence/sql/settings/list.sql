-- Lists settings with the claims of the admin who requests them, because the table's row-level
-- security policy shows settings only to admins. A setting without a value has an entity tag too.
select n.name, s.value, {schema}.support_etag(s.value)
from unnest($1::text[]) n (name)
left join {schema}.support_settings s on s.name = n.name
