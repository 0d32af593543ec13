// Team roles, managed by admins: lists the staff, finds people by email address or id, and changes one person at a time.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Agent } from '../protocol/decode-team.ts'
import type { ClientConfig, PersonFound, StaffRole } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import type { Result } from '../rest/request.ts'
import type { TeamRest } from '../rest/team.ts'

export interface Found {
  /** The search text: an email address or a person's id. */
  readonly asked: string
  readonly people: readonly PersonFound[]
}

export interface Refused {
  readonly user: string
  readonly problem: Problem
}

export interface Roles {
  /** The staff of this desk. Null until the list is loaded. */
  readonly team: ReadonlySignal<readonly Agent[] | null>
  /** Why the list of the staff could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  readonly found: ReadonlySignal<Found | null>
  /** Why the last search for people failed. */
  readonly searchProblem: ReadonlySignal<Problem | null>
  /** The id of the person who is being changed; null if no change is in progress. */
  readonly changing: ReadonlySignal<string | null>
  readonly refused: ReadonlySignal<Refused | null>
  load(): Promise<void>
  /** Finds the people who have signed in with this email address, or the person with this id. */
  find(asked: string): Promise<void>
  /**
   * Sets a person's role; null removes the role. Returns whether the role was changed. Returns false while another change is in progress.
   * With `of` set to `member`, nothing is sent if another admin has removed the person from the team.
   */
  set(user: string, role: StaffRole | null, of?: 'member'): Promise<boolean>
  /** Blocks or unblocks a person. Returns whether the change succeeded. Returns false while another change is in progress. */
  setBlocked(user: string, blocked: boolean): Promise<boolean>
}

/** Returns the people of `team` whose name or email address contains `written`, ignoring case. */
export function named(team: readonly Agent[], written: string): readonly Agent[] {
  const wanted = written.trim().toLocaleLowerCase()
  return wanted === '' ? team : team.filter(({ name, email }) => `${name ?? ''} ${email ?? ''}`.toLocaleLowerCase().includes(wanted))
}

/** Who manages the roles. */
export interface Managed {
  /** Whether the operator's platform manages the roles. The console then only shows them. */
  readonly isManaged: boolean
  /** The page of the platform on which roles are managed, if it is known. */
  readonly page: string | null
}

/** Reads who manages the roles. An older server says so only by the address of the platform's page. */
export function managedBy({ roles_managed, roles_managed_at }: Pick<ClientConfig, 'roles_managed' | 'roles_managed_at'>): Managed {
  const page = roles_managed_at ?? null
  return { isManaged: roles_managed || page !== null, page }
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Creates the state for managing team roles. Calls `onChanged` after each successful change. */
export function createRoles(rest: Pick<TeamRest, 'roles' | 'peopleBy' | 'person' | 'setRole' | 'setBlocked'>, onChanged: () => void): Roles {
  const team = signal<readonly Agent[] | null>(null)
  const problem = signal<Problem | null>(null)
  const found = signal<Found | null>(null)
  const searchProblem = signal<Problem | null>(null)
  const changing = signal<string | null>(null)
  const refused = signal<Refused | null>(null)
  // Responses may arrive out of order. These counters identify the latest request, so that older responses are ignored.
  let loads = 0
  let searches = 0
  const load = async () => {
    const turn = ++loads
    const result = await rest.roles()
    if (turn !== loads) return
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    team.value = result.value
    // Update the roles in the search results from the reloaded list.
    const before = found.peek()
    if (before !== null) found.value = { ...before, people: before.people.map((one) => ({ ...one, role: roleOf(one.user_id) })) }
  }
  const roleOf = (user: string): StaffRole | null => team.peek()?.find((one) => one.user_id === user)?.role ?? null
  const byId = async (id: string): Promise<Result<readonly PersonFound[]>> => {
    const result = await rest.person(id)
    if (!result.ok) return result.problem.code === 'not_found' ? { ok: true, value: [] } : result
    const { name, email, last_seen_at } = result.value
    const member = team.peek()?.find((one) => one.user_id === id)
    return { ok: true, value: [{ user_id: id, role: member?.role ?? null, name, email, blocked: result.value.blocked || member?.blocked === true, since: '', last_seen_at, subject: null }] }
  }
  /** Runs `send` unless another change is in progress. `send` returns null if it sent no request. */
  const change = async (user: string, send: () => Promise<Result<null> | null>): Promise<boolean> => {
    if (changing.peek() !== null) return false
    changing.value = user
    refused.value = null
    const result = await send()
    if (result?.ok === true) onChanged()
    else if (result !== null) refused.value = { user, problem: result.problem }
    // Reload the list even after a refusal, because another admin may have changed the same person first.
    if (result !== null) await load()
    changing.value = null
    return result?.ok === true
  }
  return {
    team, problem, found, searchProblem, changing, refused, load,
    async find(asked) {
      const turn = ++searches
      const result = await (ID.test(asked) ? byId(asked.toLowerCase()) : rest.peopleBy(asked))
      if (turn !== searches) return
      searchProblem.value = result.ok ? null : result.problem
      found.value = result.ok ? { asked, people: result.value } : null
    },
    set: (user, role, of) => change(user, async () => {
      if (of === 'member') {
        await load()
        if (team.peek()?.some((one) => one.user_id === user) !== true) return null
      }
      return rest.setRole(user, role)
    }),
    setBlocked: (user, blocked) => change(user, async () => {
      const result = await rest.setBlocked(user, blocked)
      const before = found.peek()
      if (result.ok && before !== null) found.value = { ...before, people: before.people.map((one) => (one.user_id === user ? { ...one, blocked } : one)) }
      return result
    }),
  }
}
