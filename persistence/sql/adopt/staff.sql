-- The members of staff of this desk, and whether a ticket can be assigned to them.
select r.user_id, bool_and({schema}.support_can_be_assigned(r.user_id)) from {schema}.user_roles r group by r.user_id
