// What is read from the server and what is changed there, as signals: loading, stale, failed with a retry; busy, refused, rolled back.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { backoffMs } from '../connection/backoff.ts'
import type { Clock } from '../connection/transport.ts'
import type { Problem } from '../protocol/model.ts'
import type { Result } from '../rest/request.ts'
import { clock } from './browser.ts'
import { mayPass } from './paged-tickets.ts'

/** `stale`: an older value is shown while a newer one is fetched, or could not be fetched. */
export type ResourceState = 'loading' | 'ready' | 'stale' | 'failed'

export interface Resource<T> {
  readonly state: ReadonlySignal<ResourceState>
  /** Null until there is one. */
  readonly value: ReadonlySignal<T | null>
  /** Why the last request failed; cleared by the next answer. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Asks now. Calls while a request is under way share the request that follows it. */
  reload(): Promise<void>
  /** Shows this value; gives what shows again the one before, unless another one has come since. */
  set(value: T): () => void
  /** Nothing is asked or shown any more. */
  dispose(): void
}

interface ResourceParts<T> {
  readonly load: () => Promise<Result<T>>
  readonly time?: Clock
  readonly random?: () => number
}

/** A failure that may pass is tried again no sooner, later with each failure. */
const RETRY_MS = 2_000

/** Begins to load at once. */
export function createResource<T>({ load, time = clock, random = Math.random }: ResourceParts<T>): Resource<T> {
  const state = signal<ResourceState>('loading')
  const value = signal<T | null>(null)
  const problem = signal<Problem | null>(null)
  let isDisposed = false
  let failures = 0
  let stopWaiting = () => {}
  let current: Promise<void> | null = null
  let next: Promise<void> | null = null
  /** Raised by every value that is shown. */
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
        // A value that was set meanwhile is newer than what was asked for before it.
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
  /** Why the last one was refused; cleared by the next run and by `dismiss`. */
  readonly problem: ReadonlySignal<Problem | null>
  /** One at a time: while one is under way, another one is not begun and gives null. */
  run(argument: A): Promise<Result<T> | null>
  dismiss(): void
}

interface MutationParts<A, T> {
  readonly send: (argument: A) => Promise<Result<T>>
  /** Shows at once what is expected; gives what takes it back where it is refused. */
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

/** One value a key, made when it is first asked for; gone with the key. For what outlives a screen but not its person. */
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
