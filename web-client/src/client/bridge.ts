// The frame's end of the talk with its host page. Only the parent window, only from the origin that the frame was opened for, only these
// shapes; the sites that may embed the frame at all are the server's to say.

import type { Clock } from '../connection/transport.ts'
import { flag, isObject, number, text } from '../protocol/narrow.ts'
import type { Whose } from './auth.ts'
import { clock, thisPage, type Page } from './browser.ts'
import { onWindow } from './on-window.ts'

export interface Bridge {
  /** A token of whoever is signed in at the host; null: nobody is. */
  token(within_ms?: number): Promise<string | null>
  unread(n: number): void
  /** Whether there is a way back inside the widget. */
  place(deep: boolean): void
  /** The team has answered there. */
  message(ticket: string): void
  /** The person has opened it. */
  ticket(ticket: string): void
  close(): void
  /** As `forget` asked. Of the same person nothing is; while it is unknown who it is, this frame goes on to find out; else it may go. */
  forgotten(whose: Whose): void
  dispose(): void
}

/** What the host wants to be shown: a ticket by its number, a text of its own that the person sends or changes, or what is a step back. */
export type Wish = { readonly kind: 'go'; readonly ticket: string } | { readonly kind: 'write'; readonly text: string } | { readonly kind: 'back' }

export interface BridgeEvents {
  /** At the beginning, and whenever the host changes something. */
  init(given: Given): void
  /** `byPerson`: not because the page before had it open. */
  open(on: boolean, byPerson: boolean): void
  wish(one: Wish): void
  /** Another person may have signed in: then everything of the one before is to go. `all`: also if it is the same one. */
  forget(all: boolean): void
}

export interface Given {
  readonly language: string | undefined
  readonly theme: string | undefined
  /** In this tab it was used before on the host's site. */
  readonly was: boolean
  /** What the host says of its looks, unread. */
  readonly look: Readonly<Record<string, unknown>>
}

/** The window that the frame stands in. */
export interface Host {
  postMessage(message: unknown, origin: string): void
}

const TOKEN_TIMEOUT_MS = 15_000

export function createBridge(host: Host, origin: string, events: BridgeEvents, page: Pick<Page, 'addEventListener' | 'removeEventListener'> = thisPage, time: Clock = clock): Bridge {
  const waiting = new Map<number, { readonly resolve: (token: string | null) => void; readonly reject: (error: Error) => void }>()
  let lastId = 0
  const post = (message: Readonly<Record<string, unknown>>) => host.postMessage({ helpline: 1, ...message }, origin)
  const received = (event: Event | MessageEvent<unknown>) => {
    if (!('data' in event) || event.source !== host || event.origin !== origin || !isObject(event.data) || event.data['helpline'] !== 1) return
    const message = event.data
    switch (message['type']) {
      case 'init': return events.init({ language: text(message['language']) ?? undefined, theme: text(message['theme']) ?? undefined, was: message['was'] === true, look: message })
      case 'open': return events.open(flag(message['on']) ?? true, message['byPerson'] === true)
      case 'go': return events.wish({ kind: 'go', ticket: (text(message['ticket']) ?? '').toUpperCase() })
      case 'write': return events.wish({ kind: 'write', text: text(message['text']) ?? '' })
      case 'back': return events.wish({ kind: 'back' })
      case 'forget': return events.forget(message['all'] === true)
      case 'token': {
        const asked = waiting.get(number(message['id']) ?? 0)
        waiting.delete(number(message['id']) ?? 0)
        if (message['failed'] === true) asked?.reject(new Error('no token'))
        else asked?.resolve(text(message['token']))
      }
    }
  }
  const stop = onWindow('message', received, page)
  post({ type: 'ready' })
  return {
    token: (within_ms = TOKEN_TIMEOUT_MS) => new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      time.after(within_ms, () => { if (waiting.delete(id)) reject(new Error('no token in time')) })
      post({ type: 'token', id })
    }),
    unread: (n) => post({ type: 'unread', n }),
    place: (deep) => post({ type: 'place', deep }),
    message: (ticket) => post({ type: 'message', ticket }),
    ticket: (ticket) => post({ type: 'ticket', ticket }),
    close: () => post({ type: 'close' }),
    forgotten: (whose) => post({ type: 'forgotten', whose }),
    dispose: stop,
  }
}
