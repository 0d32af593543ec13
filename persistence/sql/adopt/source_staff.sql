-- The people with a staff role on the platform.
select distinct r.user_id from {source}.user_roles r where r.role::text in ('admin', 'support_agent')
