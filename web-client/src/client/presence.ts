// The transient state of one open ticket: who is typing, who is viewing, and this person's read position. None of it is stored in the
// browser.

import { signal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import { LIMITS, type Viewer } from '../protocol/generated.ts'
import type { Person } from '../protocol/model.ts'
import { clock } from './browser.ts'
import type { Client } from './client.ts'

export interface TypingPerson {
  readonly person: Person
  readonly internal: boolean
}

const READ_MS = 250
const IDLE_MS = 4_000

/** The parts of the client that the presence state uses. */
export interface PresenceClient {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly connection: Client['connection']
  readonly session: Pick<Client['session'], 'tell'>
}

export function createPresence(client: PresenceClient, time: Clock = clock) {
  const typing = signal<readonly TypingPerson[]>([])
  const viewers = signal<readonly Viewer[]>([])
  const fades = new Map<string, () => void>()
  let ticket: string | null = null
  let saidTypingAt = 0
  let saidInternal = false
  let stopIdle = () => {}
  let readSaid = 0
  let readWanted = 0
  let stopRead = () => {}

  const limits = () => {
    const state = client.connection.peek()
    return state.kind === 'live' ? state.limits : null
  }
  const nameOf = (person: Person) => `${person.type}/${person.id ?? person.name ?? ''}`
  const forget = (person: Person) => {
    fades.get(nameOf(person))?.()
    fades.delete(nameOf(person))
    typing.value = typing.value.filter((one) => nameOf(one.person) !== nameOf(person))
  }
  const say = (on: boolean, internal: boolean) => {
    if (ticket !== null) client.session.tell({ type: 'typing', ticket, on, ...(internal ? { internal } : {}) })
  }
  const sayRead = () => {
    if (ticket !== null && readWanted > readSaid && client.session.tell({ type: 'read', ticket, seq: readWanted })) readSaid = readWanted
  }
  const wrote = (on: boolean, internal: boolean) => {
    stopIdle()
    if (!on) {
      if (saidTypingAt > 0) say(false, internal)
      saidTypingAt = 0
      return
    }
    stopIdle = time.after(IDLE_MS, () => wrote(false, internal))
    // The other side hides the typing indicator after `typing_fade_ms`. Send a signal twice in that time, so that the indicator does not
    // disappear while the person types.
    if (time.now() - saidTypingAt < (limits()?.typing_fade_ms ?? LIMITS.typing_fade_ms) / 2) return
    saidTypingAt = time.now()
    saidInternal = internal
    say(true, internal)
  }

  return {
    typing,
    viewers,
    open(opened: string) { ticket = opened },
    typed(who: TypingPerson, on: boolean) {
      forget(who.person)
      if (!on || who.person.id === client.identity.id) return
      typing.value = [...typing.value, who]
      fades.set(nameOf(who.person), time.after(limits()?.typing_fade_ms ?? LIMITS.typing_fade_ms, () => forget(who.person)))
    },
    /** Call this with the author of a new event: that person is no longer typing. */
    spoke: forget,
    /** Call this when the subscription to the ticket is live again. Sends the read position if it was not sent on this connection. */
    joined: sayRead,
    arrived(now: readonly Viewer[]) { viewers.value = now },
    disconnected() {
      viewers.value = []
      for (const { person } of typing.value) forget(person)
      // The frames that were sent just before the disconnection may not have reached the server. After this reset, the read position and
      // the typing signal are sent again on the next connection.
      readSaid = 0
      saidTypingAt = 0
    },
    wrote,
    /**
     * Call this after the server has replaced the ticket's history. Sequence numbers of the old history are invalid, so forget the read
     * position.
     */
    restarted() {
      readSaid = 0
      readWanted = 0
      stopRead()
    },
    saw(seq: number) {
      if (seq <= readSaid) return
      readWanted = Math.max(readWanted, seq)
      stopRead()
      stopRead = time.after(READ_MS, sayRead)
    },
    dispose() {
      // Send "stopped typing" for what the person typed: a reply or an internal note. Customers must not learn that an agent types a note.
      wrote(false, saidInternal)
      stopRead()
      sayRead()
      for (const stop of fades.values()) stop()
    },
  }
}
