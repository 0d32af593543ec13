// The person who uses the widget. A customer without tickets needs no connection: the part that shows tickets is loaded when there is a ticket to
// show or a message waits to be sent.

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

/** The result of a sign-in. */
export interface SignedIn {
  readonly identity: Identity
  readonly tokens: TokenSource
  /** To be called when this person is no longer signed in here. */
  readonly left: (user: string, why: Left) => void
}

export interface Joining extends SignedIn {
  readonly rest: FirstRest
}

/** The part that is loaded on demand: turns a sign-in into what shows its tickets. */
export interface Talk<J> {
  join(who: Joining): J
}

/** `new`: there are no tickets, and no message waits to be sent. */
export type Stand = 'asking' | 'new' | 'joining' | 'failed' | 'joined'

export interface Person<J> {
  readonly identity: Identity
  readonly rest: FirstRest
  readonly stand: ReadonlySignal<Stand>
  /** What shows tickets, with its connection; null if it is not needed or still loading. */
  readonly joined: ReadonlySignal<J | null>
  /** Loads what shows tickets. A failed load is retried automatically and by this call. */
  join(): void
  /** The person has opened a ticket. */
  opened(): void
  dispose(): void
}

const RETRY_MS = 3_000
/** Interval for checking whether there are tickets now: the desk or another device may have opened one. */
const AGAIN_MS = 60_000

/** The parts of the page that this store uses. */
type PersonPage = Pick<Page, 'fetch' | 'document' | 'addEventListener' | 'removeEventListener'>

export function createPerson<J extends { dispose(): void }>(who: SignedIn, load: () => Promise<Talk<J>>, storage: KeyValue = storageOr('localStorage'), time: Clock = clock, page: PersonPage = thisPage): Person<J> {
  const { identity, tokens } = who
  // The widget's frame is a page of the desk, so paths are relative to its origin.
  const rest = createFirstRest((path, init) => page.fetch(path, init), async (fresh) => (await tokens(fresh))?.token ?? null)
  const stand = signal<Stand>('asking')
  const joined = signal<J | null>(null)
  /** Remembers on this device that the person has tickets, as most people do. */
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
    // An error is shown in place of the tickets.
    else if (stand.peek() === 'asking') void join()
  }
  const askAgain = () => { if (stand.peek() === 'new' && isVisible(page)) void ask() }
  const stopAgain = every(time, AGAIN_MS, askAgain)
  const stopUnfolded = isUnfolded.subscribe(askAgain)
  // Another tab opened a ticket or queued a message.
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
