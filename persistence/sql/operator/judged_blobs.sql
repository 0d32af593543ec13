-- For each key: whether an upload names it, and whether it is being written or deleted. Joins, because there is no index for the keys of
-- previews: one scan of the table serves the whole portion.
select k.key, b.id is not null or p.id is not null, r.blob_key is not null
from unnest($1::text[]) as k (key)
left join {schema}.uploads b on b.blob_key = k.key
left join {schema}.uploads p on p.preview_key = k.key
left join {schema}.blob_removals r on r.blob_key = k.key;
