// The state of background work for the system screen, and what an admin decides about work that has failed or is held.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { DeadDelivery, JobsHold, JobsView } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { createJobsRest, type JobsRest } from '../rest/jobs.ts'
import type { Result } from '../rest/request.ts'
import type { Client } from './client.ts'
import { createPolled } from './polled.ts'
import type { Resource } from './resource.ts'

export type { JobsRest, Result }

export interface Jobs {
  readonly view: Resource<JobsView>
  /** The key of the change that is in progress, or null. Only one runs at a time. */
  readonly busy: ReadonlySignal<string | null>
  /** Why the last change was refused, with the change's key. Cleared by the next change. */
  readonly refused: ReadonlySignal<{ readonly key: string; readonly problem: Problem } | null>
  /** Sends one change and loads the new state. Returns the server's value, or null if the change was refused or not sent. */
  change<T>(key: string, send: (rest: JobsRest) => Promise<Result<T>>): Promise<{ readonly value: T } | null>
  dismiss(): void
}

/** `parts` replaces the clock and the visibility in tests. */
export function createJobs(rest: JobsRest, parts: { readonly time?: Clock; readonly isSeen?: () => boolean } = {}): Jobs {
  const view = createPolled({ load: rest.view, ...parts })
  const busy = signal<string | null>(null)
  const refused = signal<{ readonly key: string; readonly problem: Problem } | null>(null)
  return {
    view, busy, refused,
    async change(key, send) {
      if (busy.peek() !== null) return null
      busy.value = key
      refused.value = null
      const result = await send(rest)
      // Reload after a refusal too: the usual reason is that another admin was faster.
      await view.reload()
      busy.value = null
      if (result.ok) return { value: result.value }
      refused.value = { key, problem: result.problem }
      return null
    },
    dismiss() { refused.value = null },
  }
}

/** The REST calls of background work. */
export const jobsRest = (client: Pick<Client, 'rest'>): JobsRest => createJobsRest(client.rest)

/**
 * Why work that leaves the database or deletes from it is held. `unknown`: no address was ever confirmed. `moved`: another address was
 * confirmed. `restored`: the address is the confirmed one, but the database is not. `clock`: the database's clock has jumped.
 */
export type HoldReason = 'unknown' | 'moved' | 'restored' | 'clock'

/** The reasons for which work is held; empty if it is not held. There can be two: an unconfirmed database, and a clock that jumped. */
export function holdReasons({ unconfirmed, public_url, confirmed_public_url, clock_jump_ms }: JobsHold): readonly HoldReason[] {
  const identity = confirmed_public_url === null ? 'unknown' : confirmed_public_url === public_url ? 'restored' : 'moved'
  return [...(unconfirmed ? [identity] as const : []), ...(clock_jump_ms === null ? [] : ['clock'] as const)]
}

/** How long the oldest waiting work has waited, in milliseconds, by the database's clock. Null if nothing waits. */
export function lagMs(at: string, oldest: string | null): number | null {
  return oldest === null ? null : Math.max(0, Date.parse(at) - Date.parse(oldest))
}

export interface DeadList {
  /** Null until the first page is loaded. */
  readonly deliveries: ReadonlySignal<readonly DeadDelivery[] | null>
  readonly isBusy: ReadonlySignal<boolean>
  readonly hasMore: ReadonlySignal<boolean>
  readonly problem: ReadonlySignal<Problem | null>
  /** Loads the first page again. */
  begin(): Promise<void>
  /** Loads the next page. */
  more(): Promise<void>
}

/** The dead deliveries of one kind, page by page, the latest first. */
export function createDeadList(rest: Pick<JobsRest, 'dead'>, kind: string): DeadList {
  const deliveries = signal<readonly DeadDelivery[] | null>(null)
  const [isBusy, hasMore] = [signal(false), signal(false)]
  const problem = signal<Problem | null>(null)
  let cursor: string | undefined
  /** Counts the calls of `begin`, so that the response to an earlier one is recognized and ignored. */
  let round = 0
  const load = async () => {
    const mine = round
    isBusy.value = true
    const result = await rest.dead(kind, cursor)
    if (mine !== round) return
    isBusy.value = false
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    deliveries.value = [...(cursor === undefined ? [] : (deliveries.peek() ?? [])), ...result.value.deliveries]
    cursor = result.value.next_cursor ?? undefined
    hasMore.value = cursor !== undefined
  }
  return {
    deliveries, isBusy, hasMore, problem,
    begin() {
      round++
      cursor = undefined
      return load()
    },
    async more() {
      if (!isBusy.peek()) await load()
    },
  }
}
