-- Returns whether a run acts on a ticket (`due`), or why it does not. `core` has the same rule. It is one expression without settings, so that Postgres
-- evaluates it within the query of the caller.
create or replace function retention_class(
  p_kind text, p_status text, p_ended_at timestamptz, p_archived_at timestamptz, p_cutoff timestamptz, p_is_held boolean
) returns text
language sql immutable parallel safe
as $$
  select case
    when p_kind = 'archive' and p_archived_at is not null then 'outside'
    when p_kind = 'archive' and p_status not in ('resolved', 'closed') then 'open'
    when p_kind = 'archive' and p_ended_at is null then 'undated'
    when p_kind = 'delete' and p_archived_at is null then 'outside'
    when p_kind not in ('archive', 'delete') then 'outside'
    when case p_kind when 'archive' then p_ended_at else p_archived_at end >= p_cutoff then 'younger'
    when p_is_held then 'held'
    else 'due'
  end
$$;
