// The current place, kept in memory and not in the address: for an app inside a page of another site.

import { signal, type ReadonlySignal } from '@preact/signals'

export interface Place {
  /** What follows the page's own path, unescaped: a ticket's number, `new`, `settings/access-log`, or nothing. */
  readonly rest: string
  readonly query: URLSearchParams
}

export interface Router {
  readonly place: ReadonlySignal<Place>
  /** One step on. The list keeps its query; a place below `settings` begins without one. */
  go(rest: string): void
  /** The same place by another path: no step for the back button. */
  replace(rest: string): void
  /** Changes the query in place: no step for the back button. */
  setQuery(query: URLSearchParams): void
  href(rest: string): string
  /** Forgets the place and the query: another person begins. No step leads back there. */
  leave(): void
  dispose(): void
}

/** Places that have a query of their own: the list's filters are not theirs. */
export function hasOwnQuery(rest: string): boolean {
  return rest === 'settings' || rest.startsWith('settings/')
}

/** Each part between slashes is escaped by itself. */
export function escaped(rest: string): string {
  return rest.split('/').map(encodeURIComponent).join('/')
}

/** `page` is where the same place stands as a page of its own, for opening in a new tab. `first` is where it begins. */
export function createMemoryRouter(page: string, first = ''): Router {
  const place = signal<Place>({ rest: first, query: new URLSearchParams() })
  let listQuery = new URLSearchParams()
  const go = (rest: string) => {
    if (!hasOwnQuery(place.peek().rest)) listQuery = place.peek().query
    place.value = { rest, query: hasOwnQuery(rest) ? new URLSearchParams() : listQuery }
  }
  return {
    place,
    href: (rest) => `${page}${rest === '' ? '' : `/${escaped(rest)}`}`,
    go: (rest) => { if (rest !== place.peek().rest) go(rest) },
    replace: go,
    setQuery(query) { place.value = { ...place.value, query } },
    leave() {
      listQuery = new URLSearchParams()
      place.value = { rest: '', query: listQuery }
    },
    dispose() {},
  }
}
