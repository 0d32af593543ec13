-- Changes a ticket under the rules of the desk: status, priority, category and assignee, and the customer's rating. Helpline itself sets
-- `last_activity_at` and `updated_at`, so values for them have no effect.
create or replace function {api}.update_ticket() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform {api}.begin_write();
  if num_nulls(new.status, new.priority, new.category) > 0 or new.customer_rating not between 1 and 5 then
    perform support_refuse('invalid_field');
  end if;
  if (new.status, new.priority, new.category, new.assigned_to) is distinct from (old.status, old.priority, old.category, old.assigned_to) then
    perform support_change_ticket(
      old.id, nullif(new.status, old.status), nullif(new.priority, old.priority), nullif(new.category, old.category),
      new.assigned_to is distinct from old.assigned_to, new.assigned_to);
  end if;
  if (new.customer_rating, new.customer_feedback) is distinct from (old.customer_rating, old.customer_feedback) then
    perform support_rate_ticket(old.id, new.customer_rating, new.customer_feedback);
  end if;
  select v.* into new from {api}.support_tickets v where v.id = old.id;
  return new;
end
$$;
