-- Returns a page of the tickets that a run of a kind would change, those first that have been closed (or archived) longest. For admins. With `p_run`,
-- uses the cutoff of that run, otherwise that of a run that would be planned now. The caller's own tickets are left out, because a member of staff sees
-- them only as their customer.
create or replace function retention_due(p_kind text, p_run uuid, p_after_at timestamptz, p_after_id uuid, p_limit bigint)
returns table (id uuid, ticket_number text, subject text, customer_name text, since timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_user constant uuid := support_current_user_id();
  v_cutoff timestamptz;
begin
  perform support_require_admin();
  if p_run is null then
    select c.cutoff into v_cutoff from retention_months(p_kind) m (months) cross join lateral retention_cutoff(clock(), m.months) c (cutoff);
  else
    select r.cutoff into v_cutoff from retention_runs r where r.id = p_run and r.kind = p_kind;
    if v_cutoff is null then
      perform support_refuse('not_found');
    end if;
  end if;
  return query
    select c.id, c.ticket_number, c.subject, p.display_name, c.since
    from (
      select t.id, t.ticket_number, t.subject, t.user_id,
        case p_kind when 'archive' then coalesce(t.closed_at, t.resolved_at) else t.archived_at end as since,
        retention_class(p_kind, t.status, coalesce(t.closed_at, t.resolved_at), t.archived_at, v_cutoff,
          t.legal_hold
          or t.id in (select h.ticket_id from legal_holds h where h.released_at is null and h.ticket_id is not null)
          or t.user_id in (select h.person_id from legal_holds h where h.released_at is null and h.person_id is not null)) as class
      from support_tickets t
      where t.user_id <> v_user
    ) c
    left join people p on p.id = c.user_id
    where c.class = 'due' and (p_after_at is null or (c.since, c.id) > (p_after_at, p_after_id))
    order by c.since, c.id
    limit p_limit;
end
$$;
grant execute on function retention_due(text, uuid, timestamptz, uuid, bigint) to {customer}, {staff};
