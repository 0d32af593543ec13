// People who were deleted on the operator's platform: admins erase each person's data, or keep it.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { ErasureView } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { createErasuresRest, type ErasuresRest } from '../rest/erasures.ts'
import type { Client } from './client.ts'

export interface Erasures {
  /** Null until loaded. After a failed reload, what was loaded before. */
  readonly view: ReadonlySignal<ErasureView | null>
  /** Why the list could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  /** The person about whom a decision is being sent. */
  readonly deciding: ReadonlySignal<string | null>
  readonly refused: ReadonlySignal<{ readonly person: string, readonly problem: Problem } | null>
  load(): Promise<void>
  /** Returns whether the server took the decision. Returns false while another decision is being sent. */
  decide(person: string, erase: boolean): Promise<boolean>
}

export function createErasures(rest: ErasuresRest): Erasures {
  const view = signal<ErasureView | null>(null)
  const problem = signal<Problem | null>(null)
  const deciding = signal<string | null>(null)
  const refused = signal<{ readonly person: string, readonly problem: Problem } | null>(null)
  const load = async () => {
    const result = await rest.list()
    problem.value = result.ok ? null : result.problem
    if (result.ok) view.value = result.value
  }
  return {
    view, problem, deciding, refused, load,
    async decide(person, erase) {
      if (deciding.peek() !== null) return false
      deciding.value = person
      refused.value = null
      const result = await rest.decide(person, erase)
      if (!result.ok) refused.value = { person, problem: result.problem }
      // Reload the list even after a refusal: another admin may have decided first.
      await load()
      deciding.value = null
      return result.ok
    },
  }
}

export const erasuresOf = ({ rest }: Pick<Client, 'rest'>): Erasures => createErasures(createErasuresRest(rest))
