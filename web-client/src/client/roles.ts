// Team roles for admins: the list of members, the search for people by address or id, and one change at a time.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Agent } from '../protocol/decode-team.ts'
import type { PersonFound, StaffRole } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import type { Result } from '../rest/request.ts'
import type { TeamRest } from '../rest/team.ts'

export interface Found {
  /** The search text: an address or an id. */
  readonly asked: string
  readonly people: readonly PersonFound[]
}

export interface Refused {
  readonly user: string
  readonly problem: Problem
}

export interface Roles {
  /** Null until first loaded. */
  readonly team: ReadonlySignal<readonly Agent[] | null>
  /** Why the list could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  readonly found: ReadonlySignal<Found | null>
  /** Why the search failed. */
  readonly searchProblem: ReadonlySignal<Problem | null>
  /** The id of the person whose role is being changed. */
  readonly changing: ReadonlySignal<string | null>
  readonly refused: ReadonlySignal<Refused | null>
  load(): Promise<void>
  /** Finds people who have signed in with this address, or the person with this id. */
  find(asked: string): Promise<void>
  /**
   * Sets a role; null removes it. Returns whether it was done, which it is not while another change is running. With `of` set to `member`, a person
   * whom another admin has removed in the meantime is not added back.
   */
  set(user: string, role: StaffRole | null, of?: 'member'): Promise<boolean>
  /** Blocks or unblocks a person. Returns whether it was done, which it is not while another change is running. */
  setBlocked(user: string, blocked: boolean): Promise<boolean>
}

/** The members whose name or address contains `written`, ignoring case. */
export function named(team: readonly Agent[], written: string): readonly Agent[] {
  const wanted = written.trim().toLocaleLowerCase()
  return wanted === '' ? team : team.filter(({ name, email }) => `${name ?? ''} ${email ?? ''}`.toLocaleLowerCase().includes(wanted))
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `onChanged` is called after each successful change. */
export function createRoles(rest: Pick<TeamRest, 'roles' | 'peopleBy' | 'person' | 'setRole' | 'setBlocked'>, onChanged: () => void): Roles {
  const team = signal<readonly Agent[] | null>(null)
  const problem = signal<Problem | null>(null)
  const found = signal<Found | null>(null)
  const searchProblem = signal<Problem | null>(null)
  const changing = signal<string | null>(null)
  const refused = signal<Refused | null>(null)
  // Answers may arrive out of order: only the latest request counts.
  let loads = 0
  let searches = 0
  const load = async () => {
    const turn = ++loads
    const result = await rest.roles()
    if (turn !== loads) return
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    team.value = result.value
    // Show the current role of the people found.
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
  /** Runs one change at a time. `send` returns null if nothing was sent. */
  const change = async (user: string, send: () => Promise<Result<null> | null>): Promise<boolean> => {
    if (changing.peek() !== null) return false
    changing.value = user
    refused.value = null
    const result = await send()
    if (result?.ok === true) onChanged()
    else if (result !== null) refused.value = { user, problem: result.problem }
    // Reload even after a refusal: another admin may have changed the same person first.
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
