// Who is of the team, for an admin who changes it: the list, whom an address finds, and one change at a time.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Agent } from '../protocol/decode-team.ts'
import type { PersonFound, StaffRole } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import type { TeamRest } from '../rest/team.ts'

export interface Found {
  /** As it was asked for. */
  readonly email: string
  readonly people: readonly PersonFound[]
}

export interface Refused {
  readonly user: string
  readonly problem: Problem
}

export interface Roles {
  /** Null until they could be had. */
  readonly team: ReadonlySignal<readonly Agent[] | null>
  /** Why the list could not be had. */
  readonly problem: ReadonlySignal<Problem | null>
  readonly found: ReadonlySignal<Found | null>
  /** Why nothing could be found. */
  readonly unfound: ReadonlySignal<Problem | null>
  /** Whose role is being changed. */
  readonly changing: ReadonlySignal<string | null>
  readonly refused: ReadonlySignal<Refused | null>
  load(): Promise<void>
  find(email: string): Promise<void>
  /** Null takes the role. Whether it was done; one at a time: another one waits for nothing and is not done. */
  set(user: string, role: StaffRole | null): Promise<boolean>
}

/** `onChanged` is told of each change that was made. */
export function createRoles(rest: Pick<TeamRest, 'roles' | 'peopleBy' | 'setRole'>, onChanged: () => void): Roles {
  const team = signal<readonly Agent[] | null>(null)
  const problem = signal<Problem | null>(null)
  const found = signal<Found | null>(null)
  const unfound = signal<Problem | null>(null)
  const changing = signal<string | null>(null)
  const refused = signal<Refused | null>(null)
  // Answers overtake each other: only the one that was asked for last counts.
  let loads = 0
  let finds = 0
  const load = async () => {
    const turn = ++loads
    const result = await rest.roles()
    if (turn !== loads) return
    problem.value = result.ok ? null : result.problem
    if (result.ok) team.value = result.value
  }
  const find = async (email: string) => {
    const turn = ++finds
    const result = await rest.peopleBy(email)
    if (turn !== finds) return
    unfound.value = result.ok ? null : result.problem
    found.value = result.ok ? { email, people: result.value } : null
  }
  return {
    team, problem, found, unfound, changing, refused, load, find,
    async set(user, role) {
      if (changing.peek() !== null) return false
      changing.value = user
      refused.value = null
      const result = await rest.setRole(user, role)
      if (!result.ok) refused.value = { user, problem: result.problem }
      const asked = found.peek()
      // The record decides what is shown, also after a refusal: another admin may have been there first.
      await Promise.all([load(), asked === null ? null : find(asked.email)])
      changing.value = null
      if (result.ok) onChanged()
      return result.ok
    },
  }
}
