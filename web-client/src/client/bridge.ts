// The widget frame's side of the messaging with its host page. Accepts only well-formed messages from the parent window and from the expected origin.
// The server decides which sites may embed the frame.

import type { Clock } from '../connection/transport.ts'
import { flag, isObject, number, text } from '../protocol/narrow.ts'
import type { Whose } from './auth.ts'
import { clock, thisPage, type Page } from './browser.ts'
import { onWindow } from './on-window.ts'

export interface Bridge {
  /**
   * Requests the access token of the person signed in on the host page; null if no user is signed in. Rejects if the host page does not
   * answer within `within_ms`.
   */
  token(within_ms?: number): Promise<string | null>
  unread(n: number): void
  /** Tells the host page whether the widget can go one step back. */
  place(deep: boolean): void
  /** Tells the host page that the team has replied in the ticket with this id. */
  message(ticket: string): void
  /** Tells the host page that the person has opened the ticket with this id. */
  ticket(ticket: string): void
  close(): void
  /**
   * Sends the result of `forget` to the host page. `same`: the person has not changed and nothing was deleted. `unknown`: the frame must stay until
   * the person is known. `other`: the host page may remove the frame.
   */
  forgotten(whose: Whose): void
  dispose(): void
}

/**
 * What the host page asks the widget to do: show a ticket (by its number), prefill a message that the person can edit and send, or go one step back.
 */
export type Wish = { readonly kind: 'go'; readonly ticket: string } | { readonly kind: 'write'; readonly text: string } | { readonly kind: 'back' }

export interface BridgeEvents {
  /** Called when the host page sends its options: at the start, and after every change. */
  init(given: Given): void
  /**
   * Called when the host page opens the widget (`on` is true) or closes it. `byPerson` is true if the person did this, and false if the
   * widget reopens because it was open on the previous page.
   */
  open(on: boolean, byPerson: boolean): void
  wish(one: Wish): void
  /**
   * Called when another person may have signed in on the host page. If another person has signed in, or if `all` is true, the previous
   * person's data must be deleted.
   */
  forget(all: boolean): void
}

export interface Given {
  readonly language: string | undefined
  readonly theme: string | undefined
  /** Whether the widget has already been used in this tab, on this page or another page of the host's site. */
  readonly was: boolean
  /** The appearance options from the host page, not yet validated. */
  readonly look: Readonly<Record<string, unknown>>
}

/** The window of the host page, which embeds the widget's frame. */
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
