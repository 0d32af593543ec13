// State of the person who uses the widget. The module that shows tickets, which also opens a connection, is loaded only if the person has a
// ticket or an unsent message.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Left, TokenSource } from '../connection/session.ts'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'
import { createFirstRest, type FirstRest } from '../rest/first.ts'
import type { Identity } from './auth.ts'
import { clock, every, namesOf, storageOr, thisPage, type Page } from './browser.ts'
import { keptText } from './kept-text.ts'
import { onWindow } from './on-window.ts'
import { isVisible, isUnfolded } from './visibility.ts'

export type { FirstRest } from '../rest/first.ts'

/** The result of a successful sign-in. */
export interface SignedIn {
  readonly identity: Identity
  readonly tokens: TokenSource
  /** Call this when `user` is no longer signed in on this page; `why` is the reason. */
  readonly left: (user: string, why: Left) => void
}

export interface Joining extends SignedIn {
  readonly rest: FirstRest
}

/** The module that shows tickets, which is loaded on demand. `join` creates the ticket view of a signed-in person. */
export interface Talk<J> {
  join(who: Joining): J
}

/**
 * State of loading the module that shows tickets. `asking`: checking whether the person has tickets. `new`: the person has no ticket and no
 * unsent message, so the module is not needed.
 */
export type Stand = 'asking' | 'new' | 'joining' | 'failed' | 'joined'

export interface Person<J> {
  readonly identity: Identity
  readonly rest: FirstRest
  readonly stand: ReadonlySignal<Stand>
  /** The ticket view with its connection. Null if it is not needed or not loaded yet. */
  readonly joined: ReadonlySignal<J | null>
  /** Loads the module that shows tickets. A failed load is retried automatically, or immediately by calling `join` again. */
  join(): void
  /** Call this when the person has created a ticket. Loads the module that shows tickets. */
  opened(): void
  dispose(): void
}

const RETRY_MS = 3_000
/** How often to check whether the person has tickets. The team, or the person on another device, may have created a ticket. */
const AGAIN_MS = 60_000

/** The parts of the browser page that `createPerson` uses. */
type PersonPage = Pick<Page, 'fetch' | 'document' | 'addEventListener' | 'removeEventListener'>

export function createPerson<J extends { dispose(): void }>(who: SignedIn, load: () => Promise<Talk<J>>, storage: KeyValue = storageOr('localStorage'), time: Clock = clock, page: PersonPage = thisPage): Person<J> {
  const { identity, tokens } = who
  // The widget runs in an iframe that Helpline's server serves, so relative paths reach that server.
  const rest = createFirstRest((path, init) => page.fetch(path, init), async (fresh) => (await tokens(fresh))?.token ?? null)
  const stand = signal<Stand>('asking')
  const joined = signal<J | null>(null)
  /** Stores on this device that the person has tickets, so that the next visit need not ask the server. */
  const known = keptText(identity.id, 'has-tickets', storage)
  let isDisposed = false
  let stopRetry = () => {}

  const join = async () => {
    if (isDisposed || stand.peek() === 'joining' || joined.peek() !== null) return
    stopRetry()
    if (stand.peek() !== 'failed') stand.value = 'joining'
    try {
      const talk = await load()
      if (isDisposed || joined.peek() !== null) return
      joined.value = talk.join({ ...who, rest })
      stand.value = 'joined'
    } catch {
      if (isDisposed || joined.peek() !== null) return
      stand.value = 'failed'
      stopRetry = time.after(RETRY_MS, () => void join())
    }
  }
  const joinForGood = () => {
    known.write('yes')
    void join()
  }
  const waits = () => namesOf(storage, `helpline.outbox.${identity.id}.`).length > 0
  const ask = async () => {
    if (known.read() !== '' || waits()) return void join()
    const result = await rest.hasTickets()
    if (isDisposed || (stand.peek() !== 'asking' && stand.peek() !== 'new')) return
    if (result.ok && !result.value) stand.value = 'new'
    else if (result.ok) joinForGood()
    // If the check failed, load the module that shows tickets anyway, because it shows the error.
    else if (stand.peek() === 'asking') void join()
  }
  const askAgain = () => { if (stand.peek() === 'new' && isVisible(page)) void ask() }
  const stopAgain = every(time, AGAIN_MS, askAgain)
  const stopUnfolded = isUnfolded.subscribe(askAgain)
  // If another tab has created a ticket or queued a message, load the module that shows tickets.
  const stored = () => { if (stand.peek() === 'new' && (known.read() !== '' || waits())) void join() }
  const stopStored = onWindow('storage', stored, page)
  void ask()
  return {
    identity,
    rest,
    stand,
    joined,
    join: () => void join(),
    opened: joinForGood,
    dispose() {
      isDisposed = true
      stopRetry()
      stopAgain()
      stopUnfolded()
      stopStored()
      joined.peek()?.dispose()
    },
  }
}
