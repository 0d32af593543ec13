// Matches responses to requests by id. Each request ends exactly once: with a response, when the connection closes, or on a timeout.

import type { ClientFrame } from '../protocol/generated.ts'
import type { ErrorFrame, ServerFrame, SubscribedFrame } from '../protocol/model.ts'
import type { Clock } from './transport.ts'

export type Asking = Extract<ClientFrame, { id: number }>
/** A request without its id. The id is assigned when the request is sent. */
export type Ask = Asking extends infer F ? (F extends Asking ? Omit<F, 'id'> : never) : never

export type Answer =
  | { readonly kind: 'answered'; readonly frame: Extract<ServerFrame, { type: 'welcome' | 'ok' | 'ack' | 'subscribed' }> }
  | { readonly kind: 'refused'; readonly error: ErrorFrame }
  | { readonly kind: 'cut' }
  | { readonly kind: 'timeout' }

export const REQUEST_TIMEOUT_MS = 15_000

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly onPage: (page: SubscribedFrame) => void
  /** Restarts the timeout. Called for each page of a response that has several pages. */
  renew(): void
  stop(): void
}

export interface Requests {
  ask(ask: Ask, onPage?: (page: SubscribedFrame) => void): Promise<Answer>
  /** Passes the frame to the request that it answers. Returns false if the frame is not a response. */
  take(frame: ServerFrame): boolean
  cut(): void
}

export function createRequests(clock: Clock, send: (frame: Asking) => boolean): Requests {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  const finish = (id: number, answer: Answer) => {
    const request = waiting.get(id)
    if (request === undefined) return
    waiting.delete(id)
    request.stop()
    request.resolve(answer)
  }
  const timer = (id: number) => {
    const start = () => clock.after(REQUEST_TIMEOUT_MS, () => finish(id, { kind: 'timeout' }))
    let stop = start()
    return { renew: () => { stop(); stop = start() }, stop: () => stop() }
  }

  return {
    ask(ask, onPage = () => {}) {
      const id = ++lastId
      return new Promise((resolve) => {
        waiting.set(id, { resolve, onPage, ...timer(id) })
        if (!send({ ...ask, id })) finish(id, { kind: 'cut' })
      })
    },
    take(frame) {
      switch (frame.type) {
        case 'welcome':
        case 'ok':
        case 'ack':
          finish(frame.id, { kind: 'answered', frame })
          return true
        case 'error':
          if (frame.id !== null) finish(frame.id, { kind: 'refused', error: frame })
          return true
        case 'subscribed': {
          const request = waiting.get(frame.id)
          request?.renew()
          request?.onPage(frame)
          if (!frame.more) finish(frame.id, { kind: 'answered', frame })
          return true
        }
        default:
          return false
      }
    },
    cut() {
      for (const id of [...waiting.keys()]) finish(id, { kind: 'cut' })
    },
  }
}
