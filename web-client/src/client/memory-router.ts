// A router that keeps the current place (path and query within the app) in memory instead of the address bar. Used by an app that is
// embedded in another site's page.

import { signal, type ReadonlySignal } from '@preact/signals'

export interface Place {
  /** The part of the path after the app's base path, unescaped: a ticket's number, `new`, `settings/access-log`, or empty. */
  readonly rest: string
  readonly query: URLSearchParams
}

export interface Router {
  readonly place: ReadonlySignal<Place>
  /**
   * Goes to a place (a path within the app) and adds a history entry. Places under `settings` start with an empty query; all other places
   * share the ticket list's query.
   */
  go(rest: string): void
  /** Goes to a place (a path within the app) without adding a history entry. */
  replace(rest: string): void
  /** Changes the query of the current path without adding a history entry. */
  setQuery(query: URLSearchParams): void
  href(rest: string): string
  /**
   * Clears the place (the current path) and the query before the next person signs in. The back button then does not return to the previous
   * person's place.
   */
  leave(): void
  dispose(): void
}

/** Whether the query of this place (a path within the app) belongs to the place itself and does not contain the ticket list's filters. */
export function hasOwnQuery(rest: string): boolean {
  return rest === 'settings' || rest.startsWith('settings/')
}

/** URL-encodes each segment of the path. */
export function escaped(rest: string): string {
  return rest.split('/').map(encodeURIComponent).join('/')
}

/**
 * `page` is the URL at which the same app is a full page. Links that open in a new tab use this URL. `first` is the initial path within the
 * app.
 */
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
