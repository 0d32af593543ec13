// Keeps the current place in memory instead of the address bar: for an app embedded in another site's page.

import { signal, type ReadonlySignal } from '@preact/signals'

export interface Place {
  /** The path after the page's own, unescaped: a ticket's number, `new`, `settings/access-log`, or empty. */
  readonly rest: string
  readonly query: URLSearchParams
}

export interface Router {
  readonly place: ReadonlySignal<Place>
  /** Goes to a place, as a new step in the history. The list keeps its query; places below `settings` start without one. */
  go(rest: string): void
  /** Replaces the current place, without a new step in the history. */
  replace(rest: string): void
  /** Changes the query, without a new step in the history. */
  setQuery(query: URLSearchParams): void
  href(rest: string): string
  /** Forgets the place and the query for the next person. The back button does not return there. */
  leave(): void
  dispose(): void
}

/** Whether a place has its own query instead of the list's filters. */
export function hasOwnQuery(rest: string): boolean {
  return rest === 'settings' || rest.startsWith('settings/')
}

/** Escapes each part between slashes. */
export function escaped(rest: string): string {
  return rest.split('/').map(encodeURIComponent).join('/')
}

/** `page` is the address of the same app as a full page, for links that open in a new tab. `first` is the initial place. */
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
