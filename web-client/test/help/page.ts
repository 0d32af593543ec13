// Test doubles for the parts of a page that the stores use: an address with its history, window events, and requests.

import type { Page } from '../../src/client/browser.ts'

interface Answer {
  readonly status?: number
  readonly body?: unknown
}

interface PageParts {
  readonly pathname?: string
  readonly search?: string
  readonly languages?: readonly string[]
  /** Returns the server's response to a request. Null means that the server cannot be reached. */
  readonly answer?: (address: string, init: RequestInit | undefined) => Answer | null | Promise<Answer | null>
}

type Listener = (event: Event) => void

export function testPage({ pathname = '/', search = '', languages = [], answer = () => null }: PageParts = {}) {
  const listeners = new Map<string, Set<Listener>>()
  const location = { origin: 'http://desk.test', pathname, search }
  const document: { visibilityState: DocumentVisibilityState } = { visibilityState: 'visible' }
  const navigator = { languages, onLine: true }
  const requests: string[] = []
  const steps: string[] = []
  const move = (href: string) => {
    const url = new URL(href, location.origin)
    Object.assign(location, { pathname: url.pathname, search: url.search })
  }
  const page: Page = {
    location, document, navigator,
    history: {
      pushState(_state, _title, href) {
        steps.push(String(href))
        move(String(href))
      },
      replaceState: (_state, _title, href) => move(String(href)),
    },
    async fetch(address, init) {
      requests.push(address)
      const given = await answer(address, init)
      if (given === null) throw new TypeError('unreachable')
      return new Response(JSON.stringify(given.body ?? null), { status: given.status ?? 200 })
    },
    addEventListener(type, listener) { listeners.set(type, (listeners.get(type) ?? new Set()).add(listener)) },
    removeEventListener(type, listener) { listeners.get(type)?.delete(listener) },
  }
  return {
    page, location, document, navigator, requests,
    /** The history entries that were added after the first location. */
    steps,
    move,
    /** Calls all listeners of the event. Returns whether one of them called `preventDefault`. */
    fire(type: string, fields: object = {}): boolean {
      const event = Object.assign(new Event(type, { cancelable: true }), fields)
      for (const listener of [...(listeners.get(type) ?? [])]) listener(event)
      return event.defaultPrevented
    },
    /** The number of listeners, for all events together. */
    listening: () => [...listeners.values()].reduce((sum, one) => sum + one.size, 0),
  }
}

/** Waits a few turns of the event loop, so that asynchronous work that has started can finish. */
export const settled = async () => { for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done)) }
