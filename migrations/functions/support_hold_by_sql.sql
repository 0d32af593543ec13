-- Records legal holds on tickets whose `legal_hold` plain SQL has set, so that admins see them in the list and can release them.
create or replace function support_hold_by_sql(p_tickets uuid[]) returns void
language plpgsql volatile
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into legal_holds (id, ticket_id, reason, set_by, set_at, by_sql)
  select gen_random_uuid(), t.id, 'Set in the database', support_current_user_id(), clock(), true from unnest(p_tickets) t (id);
end
$$;
