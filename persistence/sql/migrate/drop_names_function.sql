-- Ends the following of the platform's names. The names stay as they are, until tokens change them. No
-- erasure is proposed any more.
begin;
drop function if exists {schema}.platform_names(uuid[]);
set local role {owner};
delete from {schema}.erasure_proposals;
delete from {schema}.platform_people;
commit
