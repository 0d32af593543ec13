// The current place, kept in memory and not in the address: for an app inside a page of another site.

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

/** `page` is where the same place stands as a page of its own, for opening in a new tab. `first` is where it begins. */
export function createMemoryRouter(page: string, first = ''): Router {
  const place = signal<Place>({ rest: first, query: new URLSearchParams() })
  return {
    place,
    href: (rest) => `${page}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}`,
    go(rest) { place.value = { ...place.value, rest } },
    setQuery(query) { place.value = { ...place.value, query } },
    leave() { place.value = { rest: '', query: new URLSearchParams() } },
    dispose() {},
  }
}
