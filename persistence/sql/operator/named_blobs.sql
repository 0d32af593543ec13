-- A portion of the uploads whose bytes or preview are in the store, so that memory does not depend on their number.
select u.id, u.blob_key, u.size_bytes, u.sha256, u.preview_key
from {schema}.uploads u
where u.id > $1 and (u.blob_key is not null or u.preview_key is not null)
order by u.id
limit $2;
