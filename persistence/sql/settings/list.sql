-- As the admin who asks: the policy shows them to admins only. A setting without a value has an entity tag too.
select n.name, s.value, {schema}.support_etag(s.value)
from unnest($1::text[]) n (name)
left join {schema}.support_settings s on s.name = n.name
