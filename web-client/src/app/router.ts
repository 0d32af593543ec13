// Where one is: which ticket is open, and the filters. In the address bar where the page is ours, in memory where it is a guest.

import { signal, type ReadonlySignal } from '@preact/signals'

export interface Place {
  /** What follows the page's own path: a ticket's number, `new`, or nothing. */
  readonly rest: string
  readonly query: URLSearchParams
}

export interface Router {
  readonly place: ReadonlySignal<Place>
  go(rest: string): void
  /** Changes the query in place: no step for the back button. */
  setQuery(query: URLSearchParams): void
  href(rest: string): string
  /** Forgets the place and the query: another person begins. No step leads back there. */
  leave(): void
  dispose(): void
}

export function createRouter(base: string): Router {
  const read = (): Place => {
    const path = location.pathname.startsWith(`${base}/`) ? location.pathname.slice(base.length + 1) : ''
    return { rest: unescaped(path.replace(/\/$/, '')), query: new URLSearchParams(location.search) }
  }
  const place = signal(read())
  const href = (rest: string) => `${base}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}${location.search}`
  const update = () => { place.value = read() }
  addEventListener('popstate', update)
  return {
    place,
    href,
    go(rest) {
      if (rest === place.value.rest) return
      history.pushState(null, '', href(rest))
      update()
    },
    setQuery(query) {
      const text = query.toString()
      history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}`)
      update()
    },
    leave() {
      history.replaceState(null, '', base === '' ? '/' : base)
      update()
    },
    dispose: () => removeEventListener('popstate', update),
  }
}

/** `page` is where the same place stands as a page of its own, for opening in a new tab. */
export function createMemoryRouter(page: string): Router {
  const place = signal<Place>({ rest: '', query: new URLSearchParams() })
  return {
    place,
    href: (rest) => `${page}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}`,
    go(rest) { place.value = { ...place.value, rest } },
    setQuery(query) { place.value = { ...place.value, query } },
    leave() { place.value = { rest: '', query: new URLSearchParams() } },
    dispose() {},
  }
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
