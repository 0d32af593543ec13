// The frame's end of the talk with its host page. Only the parent window, only from the origin that the frame was opened for, only these
// shapes; the sites that may embed the frame at all are the server's to say.

import { flag, isObject, number, text } from '../protocol/narrow.ts'

export interface Bridge {
  /** A token of whoever is signed in at the host; null: nobody is. */
  token(): Promise<string | null>
  unread(n: number): void
  close(): void
  forgotten(): void
  dispose(): void
}

export interface BridgeEvents {
  init(given: { readonly language: string | undefined; readonly theme: string | undefined }): void
  open(on: boolean): void
  /** Another person signs in: everything of the one before is to go. */
  forget(): void
}

const TOKEN_TIMEOUT_MS = 15_000

export function createBridge(host: Window, origin: string, events: BridgeEvents): Bridge {
  const waiting = new Map<number, { readonly resolve: (token: string | null) => void; readonly reject: (error: Error) => void }>()
  let lastId = 0
  const post = (message: Readonly<Record<string, unknown>>) => host.postMessage({ helpline: 1, ...message }, origin)
  const received = (event: MessageEvent<unknown>) => {
    if (event.source !== host || event.origin !== origin || !isObject(event.data) || event.data['helpline'] !== 1) return
    const message = event.data
    switch (message['type']) {
      case 'init': return events.init({ language: text(message['language']) ?? undefined, theme: text(message['theme']) ?? undefined })
      case 'open': return events.open(flag(message['on']) ?? true)
      case 'forget': return events.forget()
      case 'token': {
        const asked = waiting.get(number(message['id']) ?? 0)
        waiting.delete(number(message['id']) ?? 0)
        if (message['failed'] === true) asked?.reject(new Error('no token'))
        else asked?.resolve(text(message['token']))
      }
    }
  }
  addEventListener('message', received)
  post({ type: 'ready' })
  return {
    token: () => new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      setTimeout(() => { if (waiting.delete(id)) reject(new Error('no token in time')) }, TOKEN_TIMEOUT_MS)
      post({ type: 'token', id })
    }),
    unread: (n) => post({ type: 'unread', n }),
    close: () => post({ type: 'close' }),
    forgotten: () => post({ type: 'forgotten' }),
    dispose: () => removeEventListener('message', received),
  }
}
