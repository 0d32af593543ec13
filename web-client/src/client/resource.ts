// Server data as signals. A resource loads a value and retries temporary failures. A mutation sends a change and can be rolled back.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { backoffMs } from '../connection/backoff.ts'
import type { Clock } from '../connection/transport.ts'
import type { Problem } from '../protocol/model.ts'
import type { Result } from '../rest/request.ts'
import { clock } from './browser.ts'
import { mayPass } from './paged-tickets.ts'

/** `stale`: an older value is shown, because a newer value is loading or failed to load. */
export type ResourceState = 'loading' | 'ready' | 'stale' | 'failed'

export interface Resource<T> {
  readonly state: ReadonlySignal<ResourceState>
  /** The loaded value. Null until the first request succeeds. */
  readonly value: ReadonlySignal<T | null>
  /** Why the last request failed. Cleared by the next successful response. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Loads the value again. All calls made while a request is running share one request, which starts after the running request. */
  reload(): Promise<void>
  /** Shows `value` without a request. The returned function restores the previous value, unless the value has changed again after `set`. */
  set(value: T): () => void
  /** Stops retries, and ignores the response of a running request. */
  dispose(): void
}

interface ResourceParts<T> {
  readonly load: () => Promise<Result<T>>
  readonly time?: Clock
  readonly random?: () => number
}

/** Minimum delay before a temporary failure is retried. The delay grows with each consecutive failure. */
const RETRY_MS = 2_000

/** Creates a resource and starts loading its value immediately. */
export function createResource<T>({ load, time = clock, random = Math.random }: ResourceParts<T>): Resource<T> {
  const state = signal<ResourceState>('loading')
  const value = signal<T | null>(null)
  const problem = signal<Problem | null>(null)
  let isDisposed = false
  let failures = 0
  let stopWaiting = () => {}
  let current: Promise<void> | null = null
  let next: Promise<void> | null = null
  /** Incremented whenever the shown value changes. */
  let version = 0

  const show = (shown: T) => {
    version++
    value.value = shown
  }
  const ask = async (): Promise<void> => {
    stopWaiting()
    if (state.peek() !== 'loading') state.value = value.peek() === null ? 'loading' : 'stale'
    const before = version
    const result = await load()
    if (isDisposed) return
    batch(() => {
      if (result.ok) {
        failures = 0
        problem.value = null
        // If `set` was called during the request, keep that value, because it is newer than the response.
        if (version === before) show(result.value)
        state.value = 'ready'
        return
      }
      problem.value = result.problem
      state.value = value.peek() === null ? 'failed' : 'stale'
      if (!mayPass(result.problem)) return
      stopWaiting = time.after(Math.max(result.problem.retry_after_ms ?? 0, RETRY_MS + backoffMs(failures++, random())), () => void reload())
    })
  }
  const begin = (): Promise<void> => {
    const mine = ask().finally(() => { if (current === mine) current = null })
    current = mine
    return mine
  }
  const reload = (): Promise<void> => {
    if (isDisposed) return Promise.resolve()
    if (current === null) return begin()
    next ??= current.then(() => {
      next = null
      return isDisposed ? undefined : begin()
    })
    return next
  }
  void begin()
  return {
    state, value, problem, reload,
    set(shown) {
      const before = value.peek()
      show(shown)
      const mine = version
      return () => { if (version === mine) batch(() => { version++; value.value = before }) }
    },
    dispose() {
      isDisposed = true
      stopWaiting()
    },
  }
}

export interface Mutation<A, T> {
  readonly isBusy: ReadonlySignal<boolean>
  /** Why the last change failed. Cleared by the next change and by `dismiss`. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Sends a change. Returns null, and sends nothing, while another change is in progress. */
  run(argument: A): Promise<Result<T> | null>
  dismiss(): void
}

interface MutationParts<A, T> {
  readonly send: (argument: A) => Promise<Result<T>>
  /**
   * Shows the expected result before the response arrives. The returned function restores the previous state if the server refuses the
   * change.
   */
  readonly expect?: (argument: A) => () => void
  readonly done?: (value: T, argument: A) => void
}

export function createMutation<A, T>({ send, expect, done }: MutationParts<A, T>): Mutation<A, T> {
  const isBusy = signal(false)
  const problem = signal<Problem | null>(null)
  return {
    isBusy, problem,
    dismiss() { problem.value = null },
    async run(argument) {
      if (isBusy.peek()) return null
      const rollBack = expect?.(argument)
      batch(() => {
        isBusy.value = true
        problem.value = null
      })
      const result = await send(argument)
      batch(() => {
        isBusy.value = false
        if (result.ok) return done?.(result.value, argument)
        rollBack?.()
        problem.value = result.problem
      })
      return result
    },
  }
}

/**
 * Returns a function that creates one value per key (an object such as the signed-in client) and caches it as long as the key exists. Used
 * for state that outlives a screen, but not the signed-in client.
 */
export function keptFor<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const kept = new WeakMap<K, V>()
  return (key) => {
    const held = kept.get(key)
    if (held !== undefined) return held
    const made = make(key)
    kept.set(key, made)
    return made
  }
}
