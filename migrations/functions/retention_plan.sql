-- Counts what a run with this cutoff would do, and what it would leave out and why. `total` counts what such a run can change at all: the tickets that
-- are not archived yet, or those that are, or the entries of the access log. Otherwise old archives would hide that a run takes most of the live desk.
-- Reads all tickets, or all entries of the access log.
create or replace function retention_plan(
  p_kind text, p_cutoff timestamptz, out total bigint, out due bigint, out skipped jsonb, out oldest timestamptz
)
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
  if p_kind = 'access_log' then
    select count(*), count(*) filter (where c.class = 'due'), min(c.created_at) filter (where c.class = 'due'),
      jsonb_build_object('held', count(*) filter (where c.class = 'held'), 'younger', count(*) filter (where c.class = 'younger'))
    into total, due, oldest, skipped
    from (
      select l.created_at, case
        when l.created_at >= p_cutoff then 'younger'
        when l.user_id in (select h.person_id from legal_holds h where h.released_at is null and h.person_id is not null)
          or l.ticket_id in (select h.ticket_id from legal_holds h where h.released_at is null and h.ticket_id is not null)
          or l.ticket_id in (select t.id from support_tickets t where t.legal_hold)
          or l.ticket_id in (select t.id from support_tickets t join legal_holds h on h.person_id = t.user_id where h.released_at is null)
          then 'held'
        else 'due'
      end as class
      from access_log l
    ) c;
  else
    select count(*) filter (where c.class <> 'outside'), count(*) filter (where c.class = 'due'), min(c.since) filter (where c.class = 'due'),
      jsonb_build_object('held', count(*) filter (where c.class = 'held'), 'open', count(*) filter (where c.class = 'open'),
        'younger', count(*) filter (where c.class = 'younger'), 'undated', count(*) filter (where c.class = 'undated'))
    into total, due, oldest, skipped
    from (
      select case p_kind when 'archive' then coalesce(t.closed_at, t.resolved_at) else t.archived_at end as since,
        retention_class(p_kind, t.status, coalesce(t.closed_at, t.resolved_at), t.archived_at, p_cutoff,
          t.legal_hold
          or t.id in (select h.ticket_id from legal_holds h where h.released_at is null and h.ticket_id is not null)
          or t.user_id in (select h.person_id from legal_holds h where h.released_at is null and h.person_id is not null)) as class
      from support_tickets t
    ) c;
  end if;
end
$$;
