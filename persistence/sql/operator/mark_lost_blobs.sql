-- Records that these uploads' files are gone, with an event for each file that a message names. Returns their number.
select count(*) filter (where {schema}.uploads_checked(u.id, 'gone', null, null, null, null, null, null)) from unnest($1::uuid[]) u (id)
